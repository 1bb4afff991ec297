#include "big/imaging/photo_doctor.h"

#include "big/core/text.h"
#include "big/imaging/resize.h"
#include "photo_checks.h"

namespace big {

std::string to_string(PhotoFault fault) {
  switch (fault) {
    case PhotoFault::kExactDuplicate: return "exact_duplicate";
    case PhotoFault::kNearDuplicate: return "near_duplicate";
    case PhotoFault::kBlurred: return "blurred";
    case PhotoFault::kTooDark: return "too_dark";
    case PhotoFault::kTooSmall: return "too_small";
    case PhotoFault::kWideCrop: return "wide_crop";
    case PhotoFault::kSameBackground: return "same_background";
  }
  return "";
}

std::string text_of(const PhotoFinding& finding) {
  std::vector<std::string> names;
  for (const auto& photo : finding.photos) names.push_back(photo.filename().string());
  return concat(join(names, ", "), ": ", finding.reason, "; ", finding.advice);
}

std::vector<PhotoFinding> examine_photos(std::span<const ExaminedPhoto> photos, int resolution) {
  std::vector<Image> squares;
  for (const auto& photo : photos) squares.push_back(center_crop(*photo.picture, resolution, resolution));
  PhotoFindings findings;
  find_duplicates(photos, findings);
  find_bad_light(photos, squares, findings);
  find_bad_sizes(photos, resolution, findings);
  find_same_background(photos, squares, findings);
  return findings;
}

}  // namespace big
