#include "draw_session.h"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "big/core/error.h"
#include "big/core/error_place.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/personalization/models_dir.h"
#include "big/pipeline/device.h"
#include "big/pipeline/model_facts.h"
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

LoadOptions load_options(const DrawOptions& options) {
  const torch::Device device = parse_device(options.device);
  LoadOptions load{device, parse_dtype(options.dtype, device), options.source};
  load.source.clip_vocabulary = clip_vocabulary_folder(options.project_models);
  return load;
}

/// Nothing for a broken model: loading looks at more of it, and says better what is wrong.
std::optional<ModelFacts> facts_if_whole(const PlannedDrawing& drawing) {
  try {
    return read_model_facts(drawing.plan.model_folder, load_options(drawing.options).source);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

void check_with_model(const PlannedDrawing& drawing, const ModelFacts& facts) {
  const GenerateOptions& wish = drawing.options.generate;
  choose_sampler(wish.scheduler, wish.schedule, facts.schedule);
  drawing_size(wish, facts.unet, facts.vae);
  refuse_drawing_beyond_memory(drawing.plan.model_folder, facts, load_options(drawing.options), wish);
}

}  // namespace

std::string model_key(const PlannedDrawing& drawing) {
  const DrawOptions& options = drawing.options;
  std::string key = concat(drawing.plan.model_folder.string(), '\n', options.source.vae.string(), '\n',
                           options.source.prediction_type, '\n', options.dtype, '\n', options.device, '\n',
                           options.lora_ignore_unmatched, '\n');
  for (const LoraChoice& lora : drawing.plan.loras) key += concat(lora.file.string(), lora_tag(lora.wish), '\n');
  for (const EmbeddingChoice& one : drawing.plan.embeddings)
    key += concat(one.file.string(), ':', one.name, '\n');
  return key;
}

void check_drawings(const std::vector<PlannedDrawing>& drawings) {
  std::map<std::string, std::optional<ModelFacts>> facts_of;  // by model_key
  std::set<std::pair<std::filesystem::path, std::filesystem::path>> read;
  for (const PlannedDrawing& drawing : drawings) {
    at_place(drawing.where, [&] {
      check_options(drawing.options.generate);
      picture_encoding(drawing.options);
      const StartOptions& start = drawing.options.generate.start;
      if (read.emplace(start.init_image, start.mask).second) hash_start(start);
      const auto [known, is_new] = facts_of.try_emplace(model_key(drawing));
      if (is_new) known->second = facts_if_whole(drawing);
      if (known->second) check_with_model(drawing, *known->second);
    });
  }
}

DrawSession::DrawSession(const PlannedDrawing& drawing)
    : model_(load_model(drawing.plan.model_folder, load_options(drawing.options))) {
  const auto& [options, plan, where] = drawing;
  log_debug("model loaded");  // tests/full_size waits for this line
  const auto unmatched = options.lora_ignore_unmatched ? UnmatchedKeys::kIgnore : UnmatchedKeys::kRefuse;
  context_.loras =
      apply_loras(model_, joined(plan.own_loras, plan.loras), {unmatched, AdapterPlacement::kMerged});
  context_.embeddings = apply_embeddings(model_, joined(plan.own_embeddings, plan.embeddings));
  context_.model_hash =
      find_base(plan.model_folder.string(), options.models_dir, options.project_models).hash;
}

void DrawSession::draw(const PlannedDrawing& drawing, Gallery& gallery, const ProgressFn& progress) {
  const auto& [options, plan, where] = drawing;
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
    const PngText text = picture_text(drawing.options, drawing.plan, context_, image, seed);
    gallery.add(std::move(image), seed, text);
  };
  const auto preview = [&](int64_t index, const Image& image) {
    gallery.preview(first + static_cast<size_t>(index), image);
  };
  generate(model_, wish, add, progress, preview);
}

DrawFolder::DrawFolder(const PlannedDrawing& drawing)
    : path_(make_output_folder(drawing.options.output_dir / drawing.plan.folder_word,
                               drawing.options.generate.prompt,
                               unix_time())) {}

DrawFolder::~DrawFolder() {
  // Removes it only while it is empty: finished pictures stay.
  std::error_code error;
  std::filesystem::remove(path_, error);
}

void throw_stopped(const Interrupted& stopped, const Finished& finished) {
  throw Interrupted(stopped.exit_code() - 128,
                    concat("stopped: ", finished.pictures, " of ", finished.wanted,
                           " pictures were finished, they are in ", finished.directory.string()));
}

}  // namespace big
