#include "big/personalization/draw.h"

#include <chrono>
#include <system_error>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/imaging/contact_sheet.h"
#include "big/imaging/png.h"
#include "big/personalization/models_dir.h"
#include "big/pipeline/device.h"
#include "draw_memory.h"
#include "output_folder.h"
#include "picture_metadata.h"

namespace big {
namespace {

int64_t unix_time() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void announce(const DrawOptions& options, const DrawPlan& plan, const std::filesystem::path& directory) {
  for (const std::string& hint : plan.hints) log_warning("hint: " + hint);
  const GenerateOptions& wish = options.generate;
  log_info(concat("drawing ", wish.num_images, wish.num_images == 1 ? " picture" : " pictures", " of \"",
                  plan.prompt_used, "\" with ", to_string(options.target), " (", plan.model_name, "), ",
                  wish.num_inference_steps, " steps, seed ", wish.seed, ", into ", directory.string()));
}

/// The run's pictures: written one by one, kept for the grid.
class Gallery {
 public:
  Gallery(const DrawOptions& options,
          const DrawPlan& plan,
          PictureContext context,
          std::filesystem::path directory)
      : options_(options), plan_(plan), context_(std::move(context)), directory_(std::move(directory)) {}

  void add(int64_t index, Image image) {
    const uint64_t seed = options_.generate.seed + static_cast<uint64_t>(index);
    const auto path = directory_ / ("generation-" + std::to_string(index) + ".png");
    write_png(path, image, picture_text(options_, plan_, context_, image, seed));
    images_.push_back({path, seed});
    pictures_.push_back(std::move(image));
  }

  DrawResult finish() const {
    DrawResult result{directory_, directory_ / "grid.png", images_, 0};
    write_png(result.grid, contact_sheet(pictures_));
    return result;
  }

  size_t size() const { return images_.size(); }

 private:
  const DrawOptions& options_;
  const DrawPlan& plan_;
  PictureContext context_;
  std::filesystem::path directory_;
  std::vector<DrawnImage> images_;
  std::vector<Image> pictures_;
};

template <class Choice>
std::vector<Choice> joined(std::vector<Choice> first, const std::vector<Choice>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

DrawResult draw_into(const std::filesystem::path& directory,
                     const DrawOptions& options,
                     const DrawPlan& plan,
                     const ProgressFn& progress) {
  const torch::Device device = parse_device(options.device);
  LoadOptions load{device, parse_dtype(options.dtype, device), options.source};
  load.source.clip_vocabulary = clip_vocabulary_folder(options.project_models);
  refuse_drawing_beyond_memory(plan.model_folder, load, options.generate);
  StableDiffusion model = load_model(plan.model_folder, load);
  PictureContext context;
  const auto unmatched =
      options.lora_ignore_unmatched ? UnmatchedKeys::kIgnore : UnmatchedKeys::kRefuse;
  context.loras = apply_loras(model, joined(plan.own_loras, plan.loras), {unmatched, AdapterPlacement::kMerged});
  context.embeddings = apply_embeddings(model, joined(plan.own_embeddings, plan.embeddings));
  GenerateOptions wish = options.generate;
  wish.prompt = plan.prompt_used;
  const BaseModel drawn_by =
      find_base(plan.model_folder.string(), options.models_dir, options.project_models);
  context.sampler = choose_sampler(wish.scheduler, wish.schedule, model.schedule->config());
  context.model_hash = drawn_by.hash;
  Gallery gallery(options, plan, std::move(context), directory);
  try {
    generate(
        model, wish, [&](int64_t index, Image image) { gallery.add(index, std::move(image)); }, progress);
  } catch (const Interrupted& stopped) {
    throw Interrupted(stopped.exit_code() - 128,
                      concat("stopped: ", gallery.size(), " of ", wish.num_images,
                             " pictures were finished, they are in ", directory.string()));
  }
  return gallery.finish();
}

}  // namespace

DrawResult draw(const DrawOptions& options, const DrawPlan& plan, const ProgressFn& progress) {
  const auto start = std::chrono::steady_clock::now();
  const auto directory =
      make_output_folder(options.output_dir / plan.folder_word, options.generate.prompt, unix_time());
  announce(options, plan, directory);
  try {
    DrawResult result = draw_into(directory, options, plan, progress);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
  } catch (...) {
    // Removes the folder only while it is empty: finished pictures stay.
    std::error_code error;
    std::filesystem::remove(directory, error);
    throw;
  }
}

}  // namespace big
