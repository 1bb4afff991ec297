#include "lora_source.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

#include "big/core/error.h"
#include "big/core/sha256.h"
#include "big/core/text.h"
#include "big/weights/safetensors.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPeftWeights = "adapter_model.safetensors";
constexpr const char* kPeftConfig = "adapter_config.json";
constexpr const char* kDiffusersWeights = "pytorch_lora_weights.safetensors";
constexpr const char* kDiffusersConfig = "lora_adapter_metadata";
constexpr std::array kParts = {"unet", "text_encoder", "text_encoder_2"};

bool is_there(const fs::path& path) {
  std::error_code ignored;  // what cannot be looked at is not there for us
  return fs::exists(path, ignored);
}

/// By content: a length of eight bytes, then a JSON object.
bool is_safetensors(const fs::path& path) {
  constexpr size_t kLengthBytes = 8;
  std::array<char, kLengthBytes + 1> head{};
  std::ifstream in(path, std::ios::binary);
  in.read(head.data(), head.size());
  return head.back() == '{';
}

/// Adds a file's tensors; `part` is that of a folder of parts, else empty.
void add_file(LoraSource& source, const fs::path& path, const std::string& part) {
  const auto file = open_tensor_file(path);
  for (const auto& [name, entry] : file->entries()) {
    source.tensors.emplace(part.empty() ? name : part + "." + name, file->tensor(name));
  }
  source.metadata.insert(file->metadata().begin(), file->metadata().end());
  source.hash += lora_file_hash(path);
}

void add_peft_config(LoraSource& source, const fs::path& path, const std::string& part) {
  const Json json = read_json(path);
  const auto type = JsonView(json, path.string()).get<std::string>("peft_type", "LORA");
  if (type != "LORA") {
    throw InputError(concat(path.string(), ": 'peft_type' is ", type, ", supported: LORA"));
  }
  const auto config = AdapterConfig::from_json(json, "", path.string());
  if (!config) throw InputError(concat(path.string(), ": 'lora_alpha' is missing"));
  source.configs[part] = *config;
}

void add_diffusers_configs(LoraSource& source, const fs::path& path) {
  const auto text = source.metadata.find(kDiffusersConfig);
  if (text == source.metadata.end()) return;
  const std::string where = concat(path.string(), ": ", kDiffusersConfig);
  const Json json = parse_json(text->second, where);
  for (const std::string part : kParts) {
    if (const auto config = AdapterConfig::from_json(json, part + ".", where)) source.configs[part] = *config;
  }
}

void add_peft_folder(LoraSource& source, const fs::path& folder, const std::string& part) {
  add_file(source, folder / kPeftWeights, part);
  add_peft_config(source, folder / kPeftConfig, part);
}

LoraSource read_folder(const fs::path& folder) {
  LoraSource source;
  if (is_there(folder / kPeftWeights)) {
    add_peft_folder(source, folder, "");
  } else if (is_there(folder / kDiffusersWeights)) {
    return read_lora_source(folder / kDiffusersWeights);
  } else {
    for (const std::string part : kParts) {
      if (is_there(folder / part / kPeftWeights)) add_peft_folder(source, folder / part, part);
    }
  }
  if (source.tensors.empty()) {
    throw InputError(concat(folder.string(), ": no LoRA in this folder; expected ", kPeftWeights, " with ",
                            kPeftConfig, ", or ", kDiffusersWeights));
  }
  // Several files: one hash over theirs.
  if (source.hash.size() > 64) source.hash = sha256_hex(source.hash);
  return source;
}

}  // namespace

std::optional<AdapterConfig> AdapterConfig::from_json(const Json& json,
                                                      const std::string& prefix,
                                                      const std::string& where) {
  const JsonView view(json, where);
  if (!view.has(prefix + "lora_alpha")) return std::nullopt;
  AdapterConfig config;
  config.alpha = view.get<double>(prefix + "lora_alpha");
  config.use_rslora = view.get<bool>(prefix + "use_rslora", false);
  if (view.has(prefix + "alpha_pattern")) {
    const JsonView pattern(view.raw(prefix + "alpha_pattern"), where + ": alpha_pattern");
    for (const auto& [key, value] : view.raw(prefix + "alpha_pattern").items()) {
      config.alpha_pattern[key] = pattern.get<double>(key);
    }
  }
  return config;
}

double AdapterConfig::alpha_of(const std::string& path, int64_t rank) const {
  double found = alpha;
  // PEFT reads the keys as regular expressions; what it writes itself are plain paths, some with a '^'. A
  // file's expression is never run here: a hostile one could take forever.
  for (const auto& [key, value] : alpha_pattern) {
    const std::string plain = key.starts_with('^') ? key.substr(1) : key;
    if (path == plain || path.ends_with("." + plain)) found = value;
  }
  return use_rslora ? found * std::sqrt(static_cast<double>(rank)) : found;
}

std::string legacy_file_hash(const fs::path& path) {
  constexpr std::streamoff kMiddle = 1 << 20;
  std::string bytes(1 << 16, '\0');
  std::ifstream in(path, std::ios::binary);
  in.seekg(kMiddle);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return sha256_hex(bytes).substr(0, 8);
}

std::string lora_file_hash(const fs::path& path) {
  if (!is_safetensors(path)) return sha256_of_files({path});
  const SafetensorsFile file(path);
  uint64_t data_bytes = 0;  // the data fill a safetensors file to its end
  for (const auto& [name, entry] : file.entries()) data_bytes = std::max(data_bytes, entry.end);
  return sha256_of_file_from(path, fs::file_size(path) - data_bytes);
}

LoraSource read_lora_source(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return read_folder(path);
  if (!is_there(path)) throw InputError(concat(path.string(), ": there is no such LoRA"));
  LoraSource source;
  add_file(source, path, "");
  add_diffusers_configs(source, path);
  if (path.filename() == kPeftWeights && is_there(path.parent_path() / kPeftConfig)) {
    add_peft_config(source, path.parent_path() / kPeftConfig, "");
  }
  return source;
}

}  // namespace big
