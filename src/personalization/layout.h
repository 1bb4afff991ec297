#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "big/registry/registry.h"

namespace big {

/// Where a metamodel keeps its things, relative to models_dir: versions/<n>/ complete diffusers folders,
/// photos/<identifier>/ the photos kept for replay.
struct MetamodelLayout {
  std::filesystem::path versions, photos;
};
MetamodelLayout metamodel_layout(TargetModel target, const std::string& user);

/// The page that `finetune --check` writes of a metamodel, relative to models_dir. It shows kept photos: it goes with
/// the first of them that must go.
std::filesystem::path check_page(TargetModel target, const std::string& user);

/// `parent`/`name`, or `name`-2, -3 ... where that is taken.
std::filesystem::path fresh_folder(const std::filesystem::path& parent, const std::string& name);
/// "sks-2" -> "sks": identifiers hold no '-', so what follows one is fresh_folder's number.
std::string identifier_of_folder(const std::string& folder_name);

/// The folder of a subject's kept photos, relative to models_dir; empty where none are kept.
std::filesystem::path kept_photos(const Subject& subject);
void set_kept_photos(Subject& subject, const std::filesystem::path& relative);

/// The folders in `parent`, none where it cannot be read.
std::vector<std::filesystem::path> folders_in(const std::filesystem::path& parent);

}  // namespace big
