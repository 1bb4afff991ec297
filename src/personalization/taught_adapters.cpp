#include "taught_adapters.h"

#include "big/core/text.h"
#include "big/pipeline/lora.h"
#include "big/pipeline/textual_inversion.h"
#include "run.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// Of OpenCLIP's texts, which SD 2 reads.
constexpr int64_t kSd2TextWidth = 1024;

std::string subject_words(const Run& run) { return concat(run.claim.identifier, ' ', run.options.category); }

/// kohya's name of the base's family.
std::string base_version(const UNet2DConditionConfig& unet) {
  if (unet.addition_time_embed_dim > 0) return "sdxl_base_v1-0";
  return unet.cross_attention_dim.front() == kSd2TextWidth ? "sd_v2" : "sd_v1";
}

/// What kohya's trainer notes of a run, as far as web UIs show it. No time: equal runs give equal files.
std::map<std::string, std::string> training_keys(const Run& run) {
  const TrainOptions& train = run.options.train;
  const auto photos = run.photos.photos.size();
  const Json tags = {{subject_words(run), {{subject_words(run), photos}}}};
  const double text_rate = train.text_encoder_lr < 0 ? train.learning_rate : train.text_encoder_lr;
  std::map<std::string, std::string> keys = {
      {"ss_learning_rate", concat(train.learning_rate)},
      {"ss_unet_lr", concat(train.learning_rate)},
      {"ss_lr_scheduler", train.lr_scheduler},
      {"ss_lr_warmup_steps", concat(train.lr_warmup_steps)},
      {"ss_max_train_steps", concat(train.max_train_steps)},
      {"ss_steps", concat(train.max_train_steps)},
      {"ss_seed", concat(train.seed)},
      {"ss_batch_size_per_device", concat(train.train_batch_size)},
      {"ss_gradient_accumulation_steps", concat(train.gradient_accumulation_steps)},
      {"ss_network_dropout", concat(train.lora.dropout)},
      {"ss_prior_loss_weight", concat(train.prior_loss_weight)},
      {"ss_num_train_images", concat(photos)},
      {"ss_num_reg_images", concat(run.class_images)},
      {"ss_tag_frequency", tags.dump()},
  };
  if (train.train_text_encoder) keys["ss_text_encoder_lr"] = concat(text_rate);
  return keys;
}

LoraDescription description_of(const Run& run) {
  LoraDescription description;
  description.title = subject_words(run);
  description.base_model = base_version(run.size.unet);
  description.base_name = run.base.name;
  description.base_hash = run.base.hash;
  description.trigger_phrase = subject_words(run);
  description.resolution = run.options.train.resolution;
  description.more = training_keys(run);
  return description;
}

}  // namespace

fs::path taught_lora_file(const fs::path& folder) { return folder / "pytorch_lora_weights.safetensors"; }

fs::path taught_word_file(const fs::path& folder, const std::string& word) {
  return folder / "embeddings" / (word + ".safetensors");
}

void write_taught_lora(const Run& run,
                       const StableDiffusion& model,
                       LoraFormat format,
                       const fs::path& path) {
  const Lora lora = attached_lora(model);
  const LoraTargets targets = lora_targets(model);
  write_lora(path, lora, format, targets, lora_metadata(lora, description_of(run)));
  verify_lora(path, lora, format, targets);
}

void write_taught_adapters(const Run& run, const StableDiffusion& model, const fs::path& folder) {
  const TrainMethod method = parse_train_method(run.options.train.method);
  FolderAdapters adapters;
  if (teaches_adapters(method)) {
    adapters.lora = taught_lora_file(folder);
    write_taught_lora(run, model, LoraFormat::kDiffusers, adapters.lora);
  }
  if (teaches_word(method)) {
    const std::string& word = run.claim.identifier;
    const auto file = taught_word_file(folder, word);
    fs::create_directories(file.parent_path());
    write_embedding(file, attached_word(model, word),
                    {{"format", "pt"}, {"modelspec.trigger_phrase", subject_words(run)}});
    adapters.embeddings[word] = file;
  }
  if (!adapters.empty()) write_folder_adapters(folder, adapters);
}

}  // namespace big
