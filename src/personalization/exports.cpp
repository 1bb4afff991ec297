#include "exports.h"

#include <sstream>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/pipeline/convert_model.h"
#include "big/pipeline/device.h"
#include "big/pipeline/merge_loras.h"
#include "run.h"
#include "taught_adapters.h"

namespace big {
namespace fs = std::filesystem;
namespace {

void check_for_method(const Exports& exports, const std::string& save, TrainMethod method) {
  if ((exports.kohya || exports.peft) && !teaches_adapters(method)) {
    throw UsageError(concat("--save ", save, ": kohya and peft are forms of a LoRA; pass --method lora, or make ",
                            "one of the finished model: big_models extract"));
  }
  if (exports.single_file && teaches_word(method)) {
    throw UsageError(concat("--save ", save,
                            ": a single file has no place for a new word; its vectors are a file of their own "
                            "(embeddings/ in the subject's folder), its LoRA is written with kohya"));
  }
}

/// The taught model as one file; a LoRA is put into the weights for it.
void write_single(const Run& run, const fs::path& folder, const fs::path& file) {
  WriteModelOptions options;
  options.dtype = run.exports.dtype;
  if (run.options.keep_extra) options.extra = ExtraTensors::kKeep;
  options.progress = run.progress;
  const std::string prompt = concat(run.claim.identifier, ' ', run.options.category);
  options.metadata = {{"modelspec.title", prompt}, {"modelspec.trigger_phrase", prompt}};
  const FolderAdapters adapters = read_folder_adapters(folder);
  if (adapters.empty()) return save_as_single_file(open_model(folder), folder, file, options);

  const StagedFolder merged(file.parent_path() / "merged");  // never committed: gone at the end
  save_merged(folder, {{adapters.lora, {run.claim.identifier}}}, merged.path());
  save_as_single_file(open_model(merged.path()), merged.path(), file, options);
}

}  // namespace

Exports parse_exports(const FinetuneOptions& options) {
  Exports exports;
  std::istringstream kinds(options.save);
  for (std::string kind; std::getline(kinds, kind, ',');) {
    if (kind == "single_file") {
      exports.single_file = true;
    } else if (kind == "kohya") {
      exports.kohya = true;
    } else if (kind == "peft") {
      exports.peft = true;
    } else if (kind != "diffusers") {  // which is always written: a subject's model is one
      throw UsageError(
          concat("--save ", options.save, ": '", kind, "' is none of diffusers, single_file, kohya, peft"));
    }
  }
  if (options.save_dtype != "auto") exports.dtype = parse_dtype(options.save_dtype, torch::kCPU);
  check_for_method(exports, options.save, parse_train_method(options.train.method));
  return exports;
}

void check_exports(const Exports& exports, const fs::path& base_folder) {
  if (exports.single_file) require_clip_tokenizer(open_model(base_folder), base_folder);
}

uint64_t export_bytes(const Run& run) {
  if (!run.exports.single_file) return 0;
  const auto values =
      static_cast<uint64_t>(run.size.unet_parameters + run.size.text_parameters + run.size.vae_parameters);
  return values * torch::elementSize(run.exports.dtype.value_or(torch::kFloat32));
}

void write_exports(const Run& run, const StableDiffusion& model, const fs::path& folder) {
  for (const auto& [kind, file] : exported_files(run, folder)) {
    if (kind == "single_file") write_single(run, folder, file);
    if (kind == "kohya") write_taught_lora(run, model, LoraFormat::kKohya, file);
    if (kind == "peft") write_taught_lora(run, model, LoraFormat::kPeft, file);
    log_info(concat("written for other programs: ", file.filename().string()));
  }
}

std::map<std::string, fs::path> exported_files(const Run& run, const fs::path& folder) {
  const std::string name = is_metamodel(run.options.target) ? "metamodel" : run.claim.identifier;
  std::map<std::string, fs::path> files;
  if (run.exports.single_file) files["single_file"] = folder / (name + ".safetensors");
  if (run.exports.kohya) files["kohya"] = folder / (name + "_lora.safetensors");
  if (run.exports.peft) files["peft"] = folder / (name + "_peft");
  const TrainMethod method = parse_train_method(run.options.train.method);
  if (teaches_adapters(method)) files["diffusers"] = taught_lora_file(folder);
  if (teaches_word(method)) files["embedding"] = taught_word_file(folder, run.claim.identifier);
  return files;
}

}  // namespace big
