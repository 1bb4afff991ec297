#include "big/pipeline/convert_model.h"

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/tokenizers/clip_vocabulary.h"
#include "big/weights/same_bits.h"
#include "big/weights/state_dict.h"
#include "folder_parts.h"
#include "model_folder.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kClipPieces = 49408;

bool is_tokenizer(const std::string& part) { return part.starts_with("tokenizer"); }

/// Every tensor of every part, under diffusers' names, as it comes out of the file.
void verify_single_file(const StoredModel& model, const fs::path& file, const WriteModelOptions& options) {
  const StoredModel written = read_single_file(file);
  for (const auto& [part, tensors] : model.parts) {
    const auto& found = written.parts.at(part);
    for (const auto& [name, tensor] : tensors) {
      const bool converted = options.dtype && c10::isFloatingType(tensor.dtype());
      const auto wanted = converted ? tensor.tensor().to(*options.dtype) : tensor.tensor();
      const auto other = found.find(name);
      if (other != found.end() && same_bits(other->second.tensor(), wanted)) continue;
      throw MachineError(
          concat(file.string(), ": read back, '", part, "/", name, "' is not what was written"));
    }
  }
}

}  // namespace

void require_clip_tokenizer(const StoredModel& model, const fs::path& from) {
  for (const auto& [part, config] : model.configs) {
    const bool other_size = part.starts_with("text_encoder") &&
                            config.value("vocab_size", Json(kClipPieces)) != Json(kClipPieces);
    if (other_size || (is_tokenizer(part) && fs::exists(from / part / "spiece.model")))
      throw InputError(concat(from.string(), ": its ", part,
                              " is not CLIP's, and a single file has no place for "
                              "another tokenizer; keep it as a diffusers folder"));
  }
}

bool is_single_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

void check_source(const fs::path& model, const ModelSource& source) {
  if (!source.prediction_type.empty() && !is_single_file(model))
    throw UsageError(concat("--prediction_type is for single files; ", model.string(),
                            " is a folder, whose scheduler/scheduler_config.json says it"));
}

StoredModel open_model(const fs::path& path, const SingleFileOptions& options) {
  if (is_single_file(path)) return read_single_file(path, options);
  read_model_index(path);
  return read_model_folder(path);
}

void save_as_folder(const StoredModel& model,
                    const fs::path& from,
                    const fs::path& folder,
                    const fs::path& clip_vocabulary,
                    const WriteModelOptions& options) {
  write_model_folder(model, folder, options);
  if (is_single_file(from)) {
    for (const auto& [part, config] : model.configs)
      if (is_tokenizer(part)) write_clip_vocabulary(clip_vocabulary, folder / part);
    return;
  }
  for (const auto& part : part_names(from))
    if (model.parts.count(part) == 0) take_part(from / part, folder / part, PartWeights::kKeep);
}

void save_as_single_file(const StoredModel& model,
                         const fs::path& from,
                         const fs::path& file,
                         const WriteModelOptions& options) {
  require_clip_tokenizer(model, from);
  write_single_file(model, file, options);
  verify_single_file(model, file, options);
}

void save_with_vae(const fs::path& base_folder, const StoredVae& vae, const fs::path& folder) {
  take_index(base_folder, folder);
  for (const auto& part : part_names(base_folder))
    if (part != "vae") take_part(base_folder / part, folder / part, PartWeights::kKeep);
  StoredModel only;
  only.where = vae.where;
  only.configs["vae"] = vae.config;
  only.parts["vae"] = vae.tensors;
  write_model_folder(only, folder);
}

}  // namespace big
