#include "draw_session.h"

#include <chrono>
#include <system_error>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/personalization/models_dir.h"
#include "big/pipeline/device.h"
#include "draw_memory.h"
#include "output_folder.h"

namespace big {
namespace {

int64_t unix_time() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

template <class Choice>
std::vector<Choice> joined(std::vector<Choice> first, const std::vector<Choice>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

StableDiffusion load_within_memory(const DrawOptions& options, const DrawPlan& plan) {
  const torch::Device device = parse_device(options.device);
  LoadOptions load{device, parse_dtype(options.dtype, device), options.source};
  load.source.clip_vocabulary = clip_vocabulary_folder(options.project_models);
  refuse_drawing_beyond_memory(plan.model_folder, load, options.generate);
  hash_start(options.generate.start);  // a file that is no picture is found before the model is loaded
  return load_model(plan.model_folder, load);
}

}  // namespace

DrawSession::DrawSession(const DrawOptions& options, const DrawPlan& plan)
    : model_(load_within_memory(options, plan)) {
  log_debug("model loaded");  // tests/full_size waits for this line
  const auto unmatched = options.lora_ignore_unmatched ? UnmatchedKeys::kIgnore : UnmatchedKeys::kRefuse;
  context_.loras =
      apply_loras(model_, joined(plan.own_loras, plan.loras), {unmatched, AdapterPlacement::kMerged});
  context_.embeddings = apply_embeddings(model_, joined(plan.own_embeddings, plan.embeddings));
  context_.model_hash =
      find_base(plan.model_folder.string(), options.models_dir, options.project_models).hash;
}

void DrawSession::draw(const DrawOptions& options,
                       const DrawPlan& plan,
                       Gallery& gallery,
                       const ProgressFn& progress) {
  GenerateOptions wish = options.generate;
  wish.prompt = plan.prompt_used;
  wish.negative_prompt = plan.negative_used;
  context_.sampler = choose_sampler(wish.scheduler, wish.schedule, model_.schedule->config());
  context_.start = hash_start(wish.start);
  context_.first_size.reset();
  if (wish.hires.scale > 1 || wish.start.inpaint_masked_only)
    context_.first_size = drawing_size(wish, model_.unet->config, model_.vae->config);
  const size_t first = gallery.size();
  const auto add = [&](int64_t index, Image image) {
    const uint64_t seed = wish.seed + static_cast<uint64_t>(index);
    const PngText text = picture_text(options, plan, context_, image, seed);
    gallery.add(std::move(image), seed, text);
  };
  const auto preview = [&](int64_t index, const Image& image) {
    gallery.preview(first + static_cast<size_t>(index), image);
  };
  generate(model_, wish, add, progress, preview);
}

DrawFolder::DrawFolder(const DrawOptions& options, const DrawPlan& plan)
    : path_(make_output_folder(options.output_dir / plan.folder_word, options.generate.prompt, unix_time())) {
}

DrawFolder::~DrawFolder() {
  // Removes it only while it is empty: finished pictures stay.
  std::error_code error;
  std::filesystem::remove(path_, error);
}

void throw_stopped(const Interrupted& stopped, const Gallery& gallery, int64_t wanted) {
  throw Interrupted(stopped.exit_code() - 128,
                    concat("stopped: ", gallery.size(), " of ", wanted, " pictures were finished, they are in ",
                           gallery.directory().string()));
}

}  // namespace big
