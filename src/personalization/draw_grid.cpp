#include "big/personalization/draw_grid.h"

#include <algorithm>
#include <chrono>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/imaging/labelled_sheet.h"
#include "draw_session.h"

namespace big {
namespace {

/// All that a loaded model was made from.
std::string model_key(const GridCell& cell) {
  const DrawOptions& options = cell.options;
  std::string key = concat(cell.plan.model_folder.string(), '\n', options.source.vae.string(), '\n',
                           options.source.prediction_type, '\n', options.dtype, '\n', options.device, '\n');
  for (const LoraChoice& lora : cell.plan.loras) key += concat(lora.file.string(), lora_tag(lora.wish), '\n');
  for (const EmbeddingChoice& one : cell.plan.embeddings) key += concat(one.file.string(), ':', one.name, '\n');
  return key;
}

void check_one_model(const GridRequest& request) {
  const std::string key = model_key(request.cells.front());
  for (const GridCell& cell : request.cells) {
    if (model_key(cell) == key) continue;
    std::vector<std::string> names;
    for (const GridAxis& axis : request.axes) names.push_back(axis.name);
    throw UsageError(concat("grid: ", join(names, ", "),
                            ": its cells ask for different models, LoRAs, embeddings or types of numbers; one loaded "
                            "model draws a grid: vary how it draws, and draw the others one by one"));
  }
}

size_t values_of(const GridRequest& request, size_t axis) {
  return axis < request.axes.size() ? request.axes[axis].values.size() : 1;
}

std::string label(const GridAxis& axis, size_t i) { return concat(axis.name, ": ", axis.values[i]); }

std::vector<std::string> labels_of(const GridRequest& request, size_t axis) {
  std::vector<std::string> labels;
  if (axis >= request.axes.size()) return labels;
  for (size_t i = 0; i < values_of(request, axis); ++i) labels.push_back(label(request.axes[axis], i));
  return labels;
}

int64_t pictures_a_cell(const GridRequest& request) {
  return request.cells.front().options.generate.num_images;
}

/// The sheet of a value of the third axis and of a cell's picture.
Image sheet_of(const GridRequest& request, const Gallery& gallery, size_t layer, size_t picture) {
  const size_t columns = values_of(request, 0), cells = columns * values_of(request, 1);
  const auto each = static_cast<size_t>(pictures_a_cell(request));
  std::vector<Image> pictures;
  for (size_t i = 0; i < cells; ++i) pictures.push_back(gallery.pictures()[(layer * cells + i) * each + picture]);
  SheetLabels labels;
  labels.columns = labels_of(request, 0);
  labels.rows = labels_of(request, 1);
  std::vector<std::string> title;
  if (request.axes.size() > 2) title.push_back(label(request.axes[2], layer));
  if (each > 1) title.push_back(concat("picture ", picture));
  labels.title = join(title, ", ");
  return labelled_sheet(pictures, static_cast<int>(columns), labels);
}

/// Progress over all cells.
class WholeProgress {
 public:
  WholeProgress(const GridRequest& request, const ProgressFn& progress) : progress_(progress) {
    for (const GridCell& cell : request.cells) total_ += steps_of(cell);
  }
  ProgressFn of_next_cell() {
    return [this](Progress step) {
      step.done += done_;
      step.total = total_;
      report(progress_, step);
    };
  }
  void cell_is_done(const GridCell& cell) { done_ += steps_of(cell); }

 private:
  static int64_t steps_of(const GridCell& cell) {
    return cell.options.generate.num_images * cell.options.generate.num_inference_steps;
  }

  const ProgressFn& progress_;
  int64_t done_ = 0, total_ = 0;
};

/// The cell with the most pixels: what fits it fits all.
const GridCell& largest(const GridRequest& request) {
  return *std::max_element(request.cells.begin(), request.cells.end(), [](const auto& a, const auto& b) {
    const auto pixels = [](const GridCell& cell) {
      const GenerateOptions& wish = cell.options.generate;  // a side of 0 is the model's
      return std::max<int64_t>(wish.height, 1) * std::max<int64_t>(wish.width, 1);
    };
    return pixels(a) < pixels(b);
  });
}

void announce(const GridRequest& request, const std::filesystem::path& directory) {
  const GridCell& first = request.cells.front();
  for (const std::string& hint : first.plan.hints) log_warning("hint: " + hint);
  std::vector<std::string> axes;
  for (const GridAxis& axis : request.axes) axes.push_back(concat(axis.values.size(), " of ", axis.name));
  log_info(concat("drawing a grid of ", join(axes, " x "), " with ", to_string(first.options.target), " (",
                  first.plan.model_name, "), seed ", first.options.generate.seed, ", into ", directory.string()));
}

}  // namespace

DrawResult draw_grid(const GridRequest& request, const ProgressFn& progress) {
  const auto start = std::chrono::steady_clock::now();
  for (const GridCell& cell : request.cells) check_options(cell.options.generate);
  check_one_model(request);
  const GridCell& first = request.cells.front();
  const DrawFolder folder(first.options, first.plan);
  announce(request, folder.path());
  Gallery gallery(folder.path(), picture_encoding(first.options));
  DrawSession session(largest(request).options, first.plan);
  WholeProgress whole(request, progress);
  for (const GridCell& cell : request.cells) {
    try {
      session.draw(cell.options, cell.plan, gallery, whole.of_next_cell());
    } catch (const Interrupted& stopped) {
      throw_stopped(stopped, gallery, static_cast<int64_t>(request.cells.size()) * pictures_a_cell(request));
    }
    whole.cell_is_done(cell);
  }
  for (size_t layer = 0; layer < values_of(request, 2); ++layer) {
    for (int64_t i = 0; i < pictures_a_cell(request); ++i)
      gallery.add_grid(sheet_of(request, gallery, layer, static_cast<size_t>(i)));
  }
  DrawResult result = gallery.result();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace big
