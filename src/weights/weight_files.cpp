#include <algorithm>
#include <map>
#include <set>

#include "big/core/error.h"
#include "big/core/json.h"
#include "big/core/text.h"
#include "big/weights/state_dict.h"

namespace big {
namespace {

/// The shards that an index names, each beside it. The index is a file like any other: no path may lead
/// elsewhere.
std::vector<std::filesystem::path> shards(const std::filesystem::path& index) {
  const Json json = read_json(index);
  const auto map = json.is_object() ? json.find("weight_map") : json.end();
  if (map == json.end() || !map->is_object() || map->empty()) {
    throw InputError(concat(index.string(), ": 'weight_map' is missing or empty"));
  }
  std::set<std::string> names;
  for (const auto& [tensor, file] : map->items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : "";
    if (name.empty() || std::filesystem::path(name).filename() != name || !name.ends_with(".safetensors")) {
      throw InputError(
          concat(index.string(), ": '", tensor, "' names no .safetensors file beside the index"));
    }
    names.insert(name);
  }
  std::vector<std::filesystem::path> paths;
  for (const auto& name : names) {
    paths.push_back(index.parent_path() / name);
    if (!std::filesystem::exists(paths.back())) {
      throw InputError(
          concat(paths.back().string(), ": is missing, ", index.filename().string(), " names it"));
    }
  }
  return paths;
}

}  // namespace

std::vector<std::filesystem::path> weight_files(const std::filesystem::path& folder,
                                                const std::string& stem) {
  for (const char* ending : {".safetensors", ".fp16.safetensors"}) {
    const auto file = folder / (stem + ending);
    if (std::filesystem::exists(file)) return {file};
  }
  const auto index = folder / (stem + ".safetensors.index.json");
  if (std::filesystem::exists(index)) return shards(index);
  for (const char* pickle : {"diffusion_pytorch_model.bin", "pytorch_model.bin"}) {
    if (std::filesystem::exists(folder / pickle)) {
      throw InputError(
          concat(folder.string(), ": has ", pickle, " but no ", stem,
                 ".safetensors; a pickle can run any program, so convert it to safetensors first"));
    }
  }
  throw InputError(concat((folder / (stem + ".safetensors")).string(), ": is missing"));
}

torch::ScalarType stored_dtype(const std::filesystem::path& folder, const std::string& stem) {
  std::map<torch::ScalarType, size_t> counts;
  for (const auto& path : weight_files(folder, stem)) {
    const SafetensorsFile file(path);
    for (const auto& [name, entry] : file.entries()) {
      if (c10::isFloatingType(entry.dtype)) ++counts[entry.dtype];
    }
  }
  if (counts.empty()) throw InputError(concat((folder / stem).string(), ": holds no floating-point tensor"));
  return std::max_element(counts.begin(), counts.end(), [](auto& a, auto& b) { return a.second < b.second; })
      ->first;
}

}  // namespace big
