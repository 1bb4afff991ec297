#include "folder_parts.h"

#include "big/core/error.h"
#include "big/core/json.h"
#include "big/core/text.h"
#include "big/weights/state_dict.h"
#include "big/weights/stored_model.h"

namespace big {

namespace fs = std::filesystem;

namespace {

constexpr const char* kIndex = "model_index.json";

void copy_over(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error)
    throw MachineError(concat("cannot copy ", from.string(), " to ", to.string(), ": ", error.message()));
}

void link_or_copy(const fs::path& from, const fs::path& to) {
  // A link to a symbolic link would follow the base's cache when that is moved: link what it points to.
  std::error_code error;
  const fs::path file = fs::canonical(from, error);
  if (!error) fs::create_hard_link(file, to, error);
  if (error) copy_over(from, to);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw MachineError(concat("cannot make the folder ", folder.string(), ": ", error.message()));
}

bool is_config(const fs::path& file) {
  const auto name = file.filename();
  return name == "config.json" || name == "scheduler_config.json" || name == kIndex || name == "big.json";
}

/// Weights in any format and precision, and the index files of sharded ones.
bool is_weight_file(const fs::path& file) {
  const std::string name = file.filename().string();
  for (const char* ending : {".safetensors", ".bin", ".ckpt", ".pt", ".pth", ".msgpack", ".h5", ".onnx"})
    if (file.extension() == ending) return true;
  return name.find(".index.") != std::string::npos && file.extension() == ".json";
}

std::string index_name(const std::string& stem) { return stem + ".safetensors.index.json"; }

/// The stem of a part's safetensors weights ("model" for transformers' parts), or "" where it has none.
std::string weight_stem(const fs::path& part) {
  for (const std::string stem : {"diffusion_pytorch_model", "model"})
    for (const std::string& name : {stem + ".safetensors", stem + ".fp16.safetensors", index_name(stem)})
      if (fs::exists(part / name)) return stem;
  return "";
}

void link_weights(const fs::path& from, const fs::path& to, const std::string& stem) {
  const auto files = weight_files(from, stem);
  if (files.size() == 1) {
    link_or_copy(files.front(), to / (stem + ".safetensors"));
    return;
  }
  for (const auto& file : files) link_or_copy(file, to / file.filename());
  copy_over(from / index_name(stem), to / index_name(stem));
}

/// No part has folders below its own; a link that leads back up would make them without end.
constexpr int kDeepestFolder = 4;

/// A folder beside the index, so that no name leads out of the model.
bool is_part_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('\0') == std::string::npos &&
         fs::path(name).filename() == name;
}

void take_folder(const fs::path& from, const fs::path& to, PartWeights weights, int depth) {
  if (depth > kDeepestFolder)
    throw InputError(concat(from.string(), ": lies over ", kDeepestFolder,
                            " folders deep in a part of a model; does a link lead back up?"));
  make_folder(to);
  const std::string stem = weight_stem(from);
  const bool skip_weights = weights == PartWeights::kReplace || !stem.empty();
  for (const auto& entry : fs::directory_iterator(from)) {
    const auto target = to / entry.path().filename();
    if (entry.is_directory()) {
      take_folder(entry.path(), target, PartWeights::kKeep, depth + 1);
    } else if (is_config(entry.path())) {
      copy_over(entry.path(), target);
    } else if (!skip_weights || !is_weight_file(entry.path())) {
      link_or_copy(entry.path(), target);
    }
  }
  if (weights == PartWeights::kKeep && !stem.empty()) link_weights(from, to, stem);
}

}  // namespace

void take_part(const fs::path& from, const fs::path& to, PartWeights weights) {
  take_folder(from, to, weights, 0);
}

void take_index(const fs::path& from, const fs::path& to) {
  make_folder(to);
  for (const std::string file : {kIndex, "big.json"})
    if (fs::exists(from / file)) copy_over(from / file, to / file);
  if (fs::exists(from / kExtraTensorsFile)) link_or_copy(from / kExtraTensorsFile, to / kExtraTensorsFile);
}

std::vector<std::string> part_names(const fs::path& folder) {
  std::vector<std::string> names;
  const Json index = read_json(folder / kIndex);
  for (const auto& [key, value] : index.items()) {
    if (!value.is_array() || value.size() != 2 || !value[0].is_string()) continue;
    if (!is_part_name(key))
      throw InputError(concat((folder / kIndex).string(), ": '", key, "' is no name of a folder beside it"));
    if (fs::is_directory(folder / key)) names.push_back(key);
  }
  return names;
}

}  // namespace big
