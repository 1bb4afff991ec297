#include "big/personalization/draw_grid.h"

#include <chrono>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/imaging/labelled_sheet.h"
#include "draw_session.h"
#include "whole_progress.h"

namespace big {
namespace {

void check_one_model(const GridRequest& request) {
  const std::string key = model_key(request.cells.front());
  for (const PlannedDrawing& cell : request.cells) {
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

void announce(const GridRequest& request, const std::filesystem::path& directory) {
  const PlannedDrawing& first = request.cells.front();
  for (const std::string& hint : first.plan.hints) log_warning("hint: " + hint);
  std::vector<std::string> axes;
  for (const GridAxis& axis : request.axes) axes.push_back(concat(axis.values.size(), " of ", axis.name));
  log_info(concat("drawing a grid of ", join(axes, " x "), " with ", to_string(first.options.target), " (",
                  first.plan.model_name, "), seed ", first.options.generate.seed, ", into ", directory.string()));
}

}  // namespace

DrawResult draw_grid(const GridRequest& request, const ProgressFn& progress) {
  const auto start = std::chrono::steady_clock::now();
  check_one_model(request);
  check_drawings(request.cells);
  const PlannedDrawing& first = request.cells.front();
  const DrawFolder folder(first);
  announce(request, folder.path());
  Gallery gallery(folder.path(), picture_encoding(first.options));
  DrawSession session(first);
  WholeProgress whole(request.cells, progress);
  for (const PlannedDrawing& cell : request.cells) {
    try {
      session.draw(cell, gallery, whole.of_next());
    } catch (const Interrupted& stopped) {
      const auto cells = static_cast<int64_t>(request.cells.size());
      throw_stopped(stopped, {gallery.size(), cells * pictures_a_cell(request), gallery.directory()});
    }
    whole.is_done(cell);
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
