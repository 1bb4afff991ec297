#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "big/registry/target_model.h"

namespace big {

/// Where the checkpoints of an unfinished run are, under models_dir: cache/checkpoints/<scope>/<identifier>,
/// each a folder checkpoint-<updates>: a complete model with the trainer's state beside it. With no identifier:
/// the scope's folder.
std::filesystem::path checkpoints_folder(TargetModel target,
                                         const std::string& user,
                                         const std::string& identifier);
std::string checkpoint_name(int64_t updates);
/// The checkpoints in `folder` (absolute), fewest updates first.
std::vector<std::filesystem::path> checkpoints_in(const std::filesystem::path& folder);
/// The subjects of a scope that have some, each with its folder's name.
std::vector<std::string> subjects_with_checkpoints(const std::filesystem::path& models_dir,
                                                   TargetModel target,
                                                   const std::string& user);
/// Deletes those of a subject; with no identifier, of everything in the scope.
void remove_checkpoints(const std::filesystem::path& models_dir,
                        TargetModel target,
                        const std::string& user,
                        const std::string& identifier) noexcept;
/// Deletes what killed runs left half-written.
void clean_checkpoints(const std::filesystem::path& models_dir);

}  // namespace big
