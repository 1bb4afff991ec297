#pragma once

#include <filesystem>
#include <string>

#include "big/registry/registry.h"

namespace big {

/// A base model by name and hash: a diffusers folder and the sha256 of its UNet's weight files, or a single
/// file and its sha256 (whose first ten digits are the web UIs' model hash).
struct BaseModel {
  std::string name;
  std::filesystem::path folder;  ///< or the single file
  std::string hash;
};

/// `name_or_path`: a name in models_dir, else a path, else a name in `project_models`. The hash is computed
/// once and kept in models_dir/cache/hashes.json by path, size and time. Throws InputError listing what there
/// is.
BaseModel find_base(const std::string& name_or_path,
                    const std::filesystem::path& models_dir,
                    const std::filesystem::path& project_models);

/// The folder of CLIP's vocabulary among the project's models, for single files.
std::filesystem::path clip_vocabulary_folder(const std::filesystem::path& project_models);

/// Paths inside models_dir (relative ones, as the registry stores them).
/// users/<user>/<identifier>, users/<user>/private_meta, metamodel.
std::filesystem::path subject_folder(TargetModel target,
                                     const std::string& user,
                                     const std::string& identifier);

/// The complete diffusers folder to draw a subject with: the subject's own for private, the current version
/// for a metamodel. Throws UsageError before anything was taught.
std::filesystem::path current_model(const Registry& registry,
                                    const std::filesystem::path& models_dir,
                                    TargetModel target,
                                    const std::string& user,
                                    const std::string& identifier);

}  // namespace big
