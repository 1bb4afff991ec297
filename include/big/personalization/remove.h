#pragma once

#include <filesystem>
#include <string>

#include "big/registry/target_model.h"

namespace big {

/// Takes a subject out of the registry and deletes what is kept of it: its private model, or its photos of a
/// metamodel (whose weights go on knowing the word, so that it is never given again). Waits for a run that
/// writes the same model. Throws UsageError for an identifier that is not known, listing what there is.
void remove_subject(const std::filesystem::path& models_dir,
                    TargetModel target,
                    const std::string& user,
                    const std::string& identifier);

/// Takes a metamodel back to its beginning: all versions, kept photos and rows are deleted, its identifiers
/// are free again. Throws UsageError for a target model that is no metamodel, or where nothing was taught
/// yet.
void reset_metamodel(const std::filesystem::path& models_dir, TargetModel target, const std::string& user);

}  // namespace big
