#pragma once

#include <filesystem>
#include <string>

#include "big/registry/target_model.h"

namespace big {

/// Deletes what killed runs left anywhere in models_dir: partial files and folders, models that no registry
/// row names and no living run is about to register, old metamodel versions (all but those of keeps_version),
/// photos of subjects that are gone, and what versions tell of removed ones. Skips what a living run works on. Throws InputError (and deletes nothing) where
/// the registry is damaged.
void clean_models_dir(const std::filesystem::path& models_dir);

/// The same for one metamodel whose writer lock the caller holds.
void clean_metamodel(const std::filesystem::path& models_dir, TargetModel target, const std::string& user);

/// The same for one private folder (a name in users/<user>) whose subject's writer lock the caller holds.
void clean_private_folder(const std::filesystem::path& models_dir,
                          const std::string& user,
                          const std::string& folder_name);

}  // namespace big
