#include <algorithm>
#include <cmath>

#include "big/core/text.h"
#include "edge_blur.h"
#include "photo_checks.h"
#include "photo_thresholds.h"

namespace big {
namespace {

/// The brightness that a share of the pixels stays under.
double brightness_below(Plane plane, double share) {
  if (plane.values.empty()) return 0;
  const auto at = plane.values.begin() + static_cast<long>(share * static_cast<double>(plane.values.size() - 1));
  std::nth_element(plane.values.begin(), at, plane.values.end());
  return *at;
}

PhotoFinding dark_finding(const ExaminedPhoto& photo, double brightest) {
  return {PhotoFault::kTooDark,
          {photo.path},
          concat("is too dark: ", std::lround(100 * kDarkShare), " % of it stays under ", std::lround(brightest),
                 " of 255"),
          "brighten it, or take it out: darkness is learned as a part of the subject"};
}

PhotoFinding blur_finding(const ExaminedPhoto& photo, const std::optional<double>& blur, int side) {
  const std::string how =
      blur ? concat("its sharpest edges are smeared over ", std::round(*blur * 10) / 10, " of ", side,
                    " pixels (sharp photos: under ", kBlurredEdge, ")")
           : std::string("there is no edge in it");
  return {PhotoFault::kBlurred,
          {photo.path},
          "is blurred: " + how,
          "take it out, or anew with the subject in focus: blur is learned as a part of the subject"};
}

}  // namespace

void find_bad_light(std::span<const ExaminedPhoto> photos, std::span<const Image> squares, PhotoFindings& findings) {
  for (size_t i = 0; i < photos.size(); ++i) {
    const Plane plane = brightness(squares[i]);
    const double brightest = brightness_below(plane, kDarkShare);
    const bool dark = brightest < kDarkBrightest;
    if (dark) findings.push_back(dark_finding(photos[i], brightest));
    if (squares[i].width < kSmallestForBlur) continue;
    const auto blur = edge_blur(plane);
    // Darkness hides edges; without one it says enough.
    if (blur ? *blur > kBlurredEdge : !dark) findings.push_back(blur_finding(photos[i], blur, squares[i].width));
  }
}

}  // namespace big
