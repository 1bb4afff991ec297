#include "exports.h"

#include <sstream>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/pipeline/convert_model.h"
#include "big/pipeline/device.h"
#include "big/registry/prompt_template.h"
#include "run.h"

namespace big {
namespace fs = std::filesystem;

Exports parse_exports(const std::string& save, const std::string& save_dtype) {
  Exports exports;
  std::istringstream kinds(save);
  for (std::string kind; std::getline(kinds, kind, ',');) {
    if (kind == "single_file") {
      exports.single_file = true;
    } else if (kind != "diffusers") {  // which is always written: a subject's model is one
      throw UsageError(concat("--save ", save, ": '", kind, "' is none of diffusers, single_file"));
    }
  }
  if (save_dtype != "auto") exports.dtype = parse_dtype(save_dtype, torch::kCPU);
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

void write_exports(const Run& run, const fs::path& folder) {
  for (const auto& [kind, file] : exported_files(run, folder)) {
    WriteModelOptions options;
    options.dtype = run.exports.dtype;
    if (run.options.keep_extra) options.extra = ExtraTensors::kKeep;
    options.progress = run.progress;
    const std::string prompt = concat(run.claim.identifier, ' ', run.options.category);
    options.metadata = {{"modelspec.title", prompt}, {"modelspec.trigger_phrase", prompt}};
    save_as_single_file(open_model(folder), folder, file, options);
    log_info(concat("written for other programs: ", file.filename().string()));
  }
}

std::map<std::string, fs::path> exported_files(const Run& run, const fs::path& folder) {
  if (!run.exports.single_file) return {};
  const std::string name = is_metamodel(run.options.target) ? "metamodel" : run.claim.identifier;
  return {{"single_file", folder / (name + ".safetensors")}};
}

}  // namespace big
