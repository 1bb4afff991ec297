#include <algorithm>
#include <cmath>

#include "big/core/text.h"
#include "photo_checks.h"
#include "photo_thresholds.h"

namespace big {

void find_bad_sizes(std::span<const ExaminedPhoto> photos, int resolution, PhotoFindings& findings) {
  for (const auto& photo : photos) {
    const auto [small, large] = std::minmax(photo.width, photo.height);
    const std::string size = concat(photo.width, "x", photo.height);
    if (small < resolution) {
      findings.push_back({PhotoFault::kTooSmall,
                          {photo.path},
                          concat(size, " is under the ", resolution, " pixels to be learned at and will be enlarged"),
                          "use the photo as the camera wrote it, or a lower --resolution"});
    }
    if (large >= kWideAspect * small) {
      findings.push_back({PhotoFault::kWideCrop,
                          {photo.path},
                          concat(size, " is far from square: what is learned is a square of ",
                                 std::lround(100.0 * small / large), " % of it"),
                          "crop it around the subject yourself where the contact sheet shows it cut"});
    }
  }
}

}  // namespace big
