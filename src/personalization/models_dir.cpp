#include "big/personalization/models_dir.h"

#include <algorithm>
#include <set>

#include "base_hash.h"
#include "big/core/error.h"
#include "big/core/link_loop.h"
#include "big/core/text.h"

namespace big {
namespace fs = std::filesystem;
namespace {

bool is_model_folder(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / "model_index.json", ignored);
}

/// A whole model in one file; what is in it shows when it is read.
bool is_model_file(const fs::path& file) {
  std::error_code ignored;
  const std::string ending = ascii_lower(file.extension().string());
  return (ending == ".safetensors" || ending == ".ckpt") && fs::is_regular_file(file, ignored);
}

bool is_model(const fs::path& path) { return is_model_folder(path) || is_model_file(path); }

/// "starter, sd-v1-4": every base model that a name can mean.
std::string known_bases(const fs::path& models_dir, const fs::path& project_models) {
  std::set<std::string> names;
  for (const auto& dir : {models_dir, project_models}) {
    std::error_code error;
    for (auto it = fs::directory_iterator(dir, error); !error && it != fs::directory_iterator();
         it.increment(error)) {
      if (is_model(it->path())) names.insert(it->path().filename().string());
    }
  }
  return names.empty() ? "none" : join({names.begin(), names.end()}, ", ");
}

[[noreturn]] void throw_not_found(const std::string& name,
                                  const fs::path& models_dir,
                                  const fs::path& project_models) {
  for (const auto& place : {fs::path(name), models_dir / name, project_models / name}) refuse_link_loop(place);
  std::string why = "there is no such model";
  if (fs::is_regular_file(name)) why = "this is a file, but no .safetensors or .ckpt";
  if (fs::is_directory(name)) why = "this folder has no model_index.json, expected a diffusers folder";
  throw InputError(concat("--pretrained_model ", name, ": ", why,
                          "; models by name: ", known_bases(models_dir, project_models), " (looked in ",
                          models_dir.string(), " and ", project_models.string(),
                          "); or pass the path of a diffusers folder, a .safetensors or a .ckpt"));
}

std::string current_version(const Registry& registry, TargetModel target, const std::string& user) {
  const auto state = registry.metamodels.find(identifier_scope(target, user));
  if (state == registry.metamodels.end() || state->second.version.empty()) {
    throw UsageError(
        concat("target model '", to_string(target),
               "' was taught nothing yet; teach it first: finetune PHOTOS --category C --target_model ",
               to_string(target)));
  }
  return state->second.version;
}

}  // namespace

BaseModel find_base(const std::string& name_or_path,
                    const fs::path& models_dir,
                    const fs::path& project_models) {
  std::vector<fs::path> places;
  const bool is_name = !name_or_path.empty() && fs::path(name_or_path).filename() == fs::path(name_or_path);
  if (is_name) {
    // A single file may be named as the registry names it, without its ending.
    for (const char* ending : {"", ".safetensors", ".ckpt"})
      places.push_back(models_dir / (name_or_path + ending));
  }
  places.emplace_back(name_or_path);
  if (is_name) places.push_back(project_models / name_or_path);

  const auto found = std::find_if(places.begin(), places.end(), is_model);
  if (found == places.end()) throw_not_found(name_or_path, models_dir, project_models);
  const fs::path folder = fs::weakly_canonical(*found);
  if (is_model_file(folder)) return {folder.stem().string(), folder, hash_of_files({folder}, models_dir)};
  // A path that ends in '/' has no file name of its own, its canonical form has.
  return {folder.filename().string(), folder, unet_hash(folder, models_dir)};
}

fs::path clip_vocabulary_folder(const fs::path& project_models) { return project_models / "clip_tokenizer"; }

fs::path subject_folder(TargetModel target, const std::string& user, const std::string& identifier) {
  switch (target) {
    case TargetModel::kPrivate:
      return fs::path("users") / user / identifier;
    case TargetModel::kPrivateMeta:
      return fs::path("users") / user / "private_meta";
    case TargetModel::kMeta:
      return "metamodel";
    case TargetModel::kPretrained:
      break;
  }
  throw UsageError("target model 'pretrained' holds no subjects; use private, private_meta or meta");
}

fs::path current_model(const Registry& registry,
                       const fs::path& models_dir,
                       TargetModel target,
                       const std::string& user,
                       const std::string& identifier) {
  fs::path folder;
  if (is_metamodel(target)) {
    folder =
        models_dir / subject_folder(target, user, "") / "versions" / current_version(registry, target, user);
  } else {
    const auto subject = registry.find(target, user, identifier);
    if (!subject) {
      throw UsageError(concat("'", identifier, "' is not known in target model '", to_string(target),
                              "' of user '", user, "'; list_identifiers shows what there is"));
    }
    folder = models_dir / subject->model_path;
  }
  if (!is_model_folder(folder)) {
    throw InputError(concat(folder.string(),
                            ": the model that the registry names is not there (no model_index.json); ",
                            "teach it anew with --overwrite, or remove it with finetune --remove"));
  }
  return folder;
}

}  // namespace big
