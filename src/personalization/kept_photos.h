#pragma once

#include <filesystem>
#include <vector>

#include "big/registry/registry.h"
#include "big/training/source_picture.h"

namespace big {

/// Writes the photos of a subject into `folder` as 0000.png ..., each with its original size in its text.
void write_kept_photos(const std::filesystem::path& folder, const std::vector<SourcePicture>& photos);

/// The photos kept of a subject, sorted; empty where none are.
std::vector<std::filesystem::path> kept_photo_files(const std::filesystem::path& models_dir, const Subject& subject);

/// A photo as write_kept_photos left it. One without (or with a damaged) original size has its own.
SourcePicture read_kept_photo(const std::filesystem::path& file);

}  // namespace big
