#include <algorithm>
#include <cmath>

#include "background.h"
#include "big/core/text.h"
#include "big/imaging/resize.h"
#include "photo_checks.h"
#include "photo_thresholds.h"

namespace big {
namespace {

constexpr int kSeenSide = 128;  ///< pixels; colours are told as well by fewer

/// The largest set of photos that are all like one of the first `kCentres`: most of any set that counts are, and
/// thousands of photos need no look at each pair.
constexpr size_t kCentres = 32;
std::vector<size_t> most_alike(const std::vector<BackgroundColours>& backgrounds) {
  std::vector<size_t> most;
  for (size_t centre = 0; centre < std::min(backgrounds.size(), kCentres); ++centre) {
    std::vector<size_t> alike;
    for (size_t i = 0; i < backgrounds.size(); ++i)
      if (likeness(backgrounds[centre], backgrounds[i]) >= kSameBackground) alike.push_back(i);
    if (alike.size() > most.size()) most = alike;
  }
  return most;
}

}  // namespace

void find_same_background(std::span<const ExaminedPhoto> photos,
                          std::span<const Image> squares,
                          PhotoFindings& findings) {
  if (photos.size() < kFewestForBackground) return;
  std::vector<BackgroundColours> backgrounds;
  for (const Image& square : squares) backgrounds.push_back(background_colours(resize(square, kSeenSide, kSeenSide)));
  const auto alike = most_alike(backgrounds);
  if (static_cast<double>(alike.size()) < kSameBackgroundShare * static_cast<double>(photos.size())) return;
  PhotoFinding finding{PhotoFault::kSameBackground,
                       {},
                       concat("the background is the same in ", alike.size(), " of ", photos.size(), " photos"),
                       "add photos taken elsewhere, name the background in captions (photo.txt) or use "
                       "--masked_loss: what never changes is learned as a part of the subject"};
  for (const size_t i : alike) finding.photos.push_back(photos[i].path);
  findings.push_back(finding);
}

}  // namespace big
