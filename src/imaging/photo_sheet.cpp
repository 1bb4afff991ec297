#include "big/imaging/photo_sheet.h"

#include <algorithm>
#include <cmath>

#include "big/core/text.h"
#include "big/imaging/labelled_sheet.h"
#include "big/imaging/resize.h"

namespace big {
namespace {

// Few photos are shown large enough to judge them by, many small enough to see them at once.
constexpr int kLargeCell = 256, kSmallCell = 128;  ///< pixels
constexpr size_t kFewPhotos = 36;

Image cell_of(const ExaminedPhoto& photo, int resolution, SheetView view, int side) {
  if (view == SheetView::kMiddle) return resize(center_crop(*photo.picture, resolution, resolution), side, side);
  const Image& whole = *photo.picture;
  const double scale = static_cast<double>(side) / std::max(whole.width, whole.height);
  const auto scaled = [&](int length) { return std::clamp(static_cast<int>(std::lround(length * scale)), 1, side); };
  return resize(whole, scaled(whole.width), scaled(whole.height));
}

std::string readable(PhotoFault fault) {
  std::string words = to_string(fault);
  std::ranges::replace(words, '_', ' ');
  return words;
}

/// "dog.jpg: blurred, too dark".
std::string caption_of(const ExaminedPhoto& photo, const std::vector<PhotoFinding>& findings) {
  std::vector<std::string> faults;
  for (const auto& finding : findings)
    if (std::ranges::count(finding.photos, photo.path) > 0) faults.push_back(readable(finding.fault));
  const std::string name = photo.path.filename().string();
  return faults.empty() ? name : concat(name, ": ", join(faults, ", "));
}

}  // namespace

Image photo_sheet(std::span<const ExaminedPhoto> photos,
                  const std::vector<PhotoFinding>& findings,
                  int resolution,
                  SheetView view) {
  const size_t count = std::min<size_t>(photos.size(), kMostOnSheet);
  const int side = count <= kFewPhotos ? kLargeCell : kSmallCell;
  std::vector<Image> cells;
  SheetLabels labels;
  for (const auto& photo : photos.first(count)) {
    cells.push_back(cell_of(photo, resolution, view, side));
    labels.pictures.push_back(caption_of(photo, findings));
  }
  labels.title = view == SheetView::kMiddle
                     ? concat("Learned at ", resolution, " x ", resolution, " pixels: the middle of each photo")
                     : concat("Learned at ", resolution, " x ", resolution, " pixels: squares anywhere in these");
  if (count < photos.size()) labels.title += concat(" (the first ", count, " of ", photos.size(), ")");
  return labelled_sheet(cells, static_cast<int>(std::ceil(std::sqrt(static_cast<double>(count)))), labels);
}

}  // namespace big
