#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "big/imaging/photo_doctor.h"
#include "big/imaging/read_image.h"
#include "big/training/source_picture.h"
#include "photo_captions.h"

namespace big {

/// The photos of a subject, read, and what a person should know of them.
struct PhotoSet {
  std::vector<FoundPhoto> photos;
  std::vector<SkippedPhoto> skipped;
  std::vector<std::string> warnings;
  std::vector<PhotoFinding> findings;  ///< check_photos'
  std::vector<SourcePicture> images;  ///< one a photo, short side = resolution
  std::vector<PhotoNote> notes;       ///< one a photo, as written
};

/// Reads every usable photo of `folder`; under half of `resolution` (pixels, short side) a photo is not
/// usable. Throws InputError where none is, naming the reasons.
PhotoSet read_photos(const std::filesystem::path& folder, int64_t resolution);

/// Gives every image its mask (photo_masks.h) and warns of photos that have none. Throws InputError.
void add_masks(PhotoSet& set);

}  // namespace big
