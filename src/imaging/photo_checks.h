#pragma once

#include <span>
#include <vector>

#include "big/imaging/photo_doctor.h"

namespace big {

using PhotoFindings = std::vector<PhotoFinding>;

// Each adds what it finds. `squares` are the middles of the photos, resolution x resolution, one a photo.

/// The same picture twice or more, to the pixel or but for light, size, cut and side.
void find_duplicates(std::span<const ExaminedPhoto> photos, PhotoFindings& findings);
/// What a photo shows: blur and darkness.
void find_bad_light(std::span<const ExaminedPhoto> photos, std::span<const Image> squares, PhotoFindings& findings);
/// What its size says: enlarged, or cut.
void find_bad_sizes(std::span<const ExaminedPhoto> photos, int resolution, PhotoFindings& findings);
/// The same background in most of them.
void find_same_background(std::span<const ExaminedPhoto> photos,
                          std::span<const Image> squares,
                          PhotoFindings& findings);

}  // namespace big
