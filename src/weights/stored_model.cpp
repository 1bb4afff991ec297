// A model as a diffusers folder.
#include "big/weights/stored_model.h"

#include <string_view>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/read_file.h"
#include "big/core/text.h"
#include "big/weights/state_dict.h"
#include "model_writing.h"
#include "tensor_names.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char* kIndex = "model_index.json";
constexpr uint64_t kLargestConfig = 1 << 20;

bool is_network(const std::string& part) {
  return part == "unet" || part == "vae" || part == "text_encoder" || part == "text_encoder_2";
}

/// Where a folder keeps a part's config; "model_index" has the outermost file.
fs::path config_file(const std::string& part) {
  if (part == "model_index") return kIndex;
  if (part == "scheduler") return fs::path(part) / "scheduler_config.json";
  if (part.starts_with("tokenizer")) return fs::path(part) / "tokenizer_config.json";
  return fs::path(part) / "config.json";
}

/// The parts a model_index.json names: keys whose value is [library, class], both there. Each is a folder
/// beside it.
std::vector<std::string> parts_of(const Json& index, const std::string& where) {
  std::vector<std::string> names;
  if (!index.is_object()) throw InputError(where + ": expected a JSON object");
  for (const auto& [key, value] : index.items()) {
    if (!value.is_array() || value.size() != 2 || !value[0].is_string()) continue;
    if (key.empty() || key == "." || key == ".." || key.find('\0') != std::string::npos ||
        fs::path(key).filename() != key)
      throw InputError(concat(where, ": '", key, "' is no name of a folder beside it"));
    names.push_back(key);
  }
  return names;
}

/// Names of today, and the attention of old VAEs as the linear layers it is.
void add_part(const StoredPart& stored, const std::string& part, StoredModel& model) {
  StoredTensors& tensors = model.parts[part];
  for (auto [name, tensor] : stored.tensors) {
    if (is_ignored_name(name)) continue;
    const std::string usual = usual_name(name, part);
    if (part == "vae" && is_attention_projection(usual)) tensor.form = TensorForm::kConvolution1x1;
    tensors[usual] = tensor;
  }
  model.files.insert(model.files.end(), stored.files.begin(), stored.files.end());
}

}  // namespace

std::string weight_stem_of(const std::string& part) {
  return part.starts_with("text_encoder") ? "model" : "diffusion_pytorch_model";
}

Json read_scheduler_json(const fs::path& path) {
  std::string text = read_file(path, kLargestConfig);
  // diffusers writes the solver's lambda_min_clipped as -Infinity, which is not JSON; it is the default.
  constexpr std::string_view kClippedKey = "\"lambda_min_clipped\"", kInfinity = "-Infinity";
  const size_t key = text.find(kClippedKey);
  const size_t value = key == std::string::npos ? key : text.find_first_not_of(": \t\r\n", key + kClippedKey.size());
  if (value != std::string::npos && text.compare(value, kInfinity.size(), kInfinity) == 0)
    text.replace(value, kInfinity.size(), "null");
  Json json = parse_json(text, path.string());
  const std::string name = "lambda_min_clipped";
  if (json.is_object() && json.contains(name) && json[name].is_null()) json.erase(name);
  return json;
}

StoredModel read_model_folder(const fs::path& folder) {
  StoredModel model;
  model.where = folder.string();
  model.configs["model_index"] = read_json(folder / kIndex);
  for (const auto& part : parts_of(model.configs["model_index"], (folder / kIndex).string())) {
    const fs::path config = folder / config_file(part);
    if (fs::exists(config))
      model.configs[part] = part == "scheduler" ? read_scheduler_json(config) : read_json(config);
    if (!is_network(part)) continue;
    if (model.configs.count(part) == 0) throw InputError(concat(config.string(), ": is missing"));
    add_part(open_weights(folder / part, weight_stem_of(part)), part, model);
  }
  if (fs::exists(folder / kExtraTensorsFile)) {
    model.files.push_back(open_tensor_file(folder / kExtraTensorsFile));
    model.extra = stored_tensors(*model.files.back());
  }
  return model;
}

void write_model_folder(const StoredModel& model, const fs::path& folder, const WriteModelOptions& options) {
  for (const auto& [part, config] : model.configs)
    write_file_atomically(folder / config_file(part), config.dump(2) + "\n");
  WriteProgress progress(options.progress);
  std::map<std::string, std::vector<TensorSource>> files;
  for (const auto& [part, tensors] : model.parts) {
    auto& sources = files[(fs::path(part) / (weight_stem_of(part) + ".safetensors")).string()];
    for (const auto& [name, tensor] : tensors) sources.push_back(source_of(name, tensor, options.dtype));
  }
  if (options.extra == ExtraTensors::kKeep && !model.extra.empty()) add_extra(model, files[kExtraTensorsFile]);
  for (auto& [file, sources] : files) progress.count(sources);
  for (auto& [file, sources] : files)
    write_safetensors_from(folder / file, std::move(sources), {{"format", "pt"}});
}

}  // namespace big
