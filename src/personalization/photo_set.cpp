#include "photo_set.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/core/text.h"
#include "big/imaging/resize.h"
#include "photo_masks.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr size_t kEnoughPhotos = 5;

[[noreturn]] void throw_no_photo(const fs::path& folder, const std::vector<SkippedPhoto>& skipped) {
  std::string reasons = skipped.empty() ? "; the folder is empty" : "";
  for (size_t i = 0; i < std::min<size_t>(skipped.size(), 5); ++i) {
    reasons += concat("\n  ", skipped[i].path.filename().string(), ": ", skipped[i].reason);
  }
  if (skipped.size() > 5) reasons += concat("\n  and ", skipped.size() - 5, " more");
  throw InputError(concat(folder.string(), ": no usable photo (JPEG, PNG, WebP or BMP)", reasons));
}

std::vector<std::string> warnings_of(const std::vector<FoundPhoto>& photos) {
  if (photos.size() >= kEnoughPhotos) return {};
  return {concat("only ", photos.size(), photos.size() == 1 ? " photo" : " photos", ": with ", kEnoughPhotos,
                 " or more, on different backgrounds, a subject is learned better")};
}

}  // namespace

PhotoSet read_photos(const fs::path& folder, int64_t resolution) {
  const auto side = static_cast<int>(resolution);
  PhotoScan scan = scan_photos(folder, (side + 1) / 2);
  PhotoSet set;
  set.skipped = std::move(scan.skipped);
  const auto notes = read_photo_notes(folder);
  for (const auto& photo : scan.photos) {
    throw_if_interrupted();
    try {
      set.images.emplace_back(resize_short_side(read_image(photo.path), side), photo.width, photo.height);
      set.photos.push_back(photo);
      set.images.back().name = photo.path.filename().string();
      const auto note = notes.find(set.images.back().name);
      set.notes.push_back(note == notes.end() ? PhotoNote() : note->second);
    } catch (const InputError& error) {
      set.skipped.push_back({photo.path, error.what()});
    }
  }
  if (set.photos.empty()) throw_no_photo(folder, set.skipped);
  set.warnings = warnings_of(set.photos);
  return set;
}

void add_masks(PhotoSet& set) {
  for (size_t i = 0; i < set.photos.size(); ++i) {
    SourcePicture& picture = set.images[i];
    picture.mask = mask_of(set.photos[i].path, picture.image.width, picture.image.height);
    if (picture.mask.pixels.empty()) {
      set.warnings.push_back(
          concat(picture.name, ": has no mask (", set.photos[i].path.stem().string(),
                 ".mask.png, or transparency of its own); all of it will be learned alike"));
    }
  }
}

}  // namespace big
