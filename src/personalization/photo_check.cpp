#include "photo_check.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/sha256.h"
#include "big/core/text.h"
#include "big/imaging/photo_sheet.h"
#include "big/imaging/picture_file.h"
#include "big/personalization/finetune.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr PictureEncoding kSheetEncoding = {PictureFormat::kJpeg, 90};
constexpr size_t kNameBytes = 60, kDigits = 8;

std::vector<ExaminedPhoto> examined(const PhotoSet& set) {
  std::vector<ExaminedPhoto> photos;
  for (size_t i = 0; i < set.photos.size(); ++i) {
    const FoundPhoto& found = set.photos[i];
    photos.push_back({found.path, found.width, found.height, &set.images[i].image});
  }
  return photos;
}

/// "dog-3f2a91c0.jpg": the folder's name, and what tells it from another of that name.
std::string sheet_name(const fs::path& folder) {
  std::error_code error;
  fs::path whole = fs::weakly_canonical(folder, error);
  if (error) whole = folder;
  std::string name = whole.filename().string();
  std::ranges::replace_if(name, [](unsigned char c) { return c < 128 && !std::isalnum(c) && c != '.' && c != '_'; }, '-');
  return concat(utf8_prefix(name, kNameBytes), '-', sha256_hex(whole.string()).substr(0, kDigits),
                file_ending(kSheetEncoding.format));
}

}  // namespace

fs::path check_photos(PhotoSet& set, const FinetuneOptions& options) {
  const auto photos = examined(set);
  const auto side = static_cast<int>(options.train.resolution);
  set.findings = examine_photos(photos, side);
  if (options.train.masked_loss) {  // hides backgrounds from training already
    std::erase_if(set.findings, [](const auto& finding) { return finding.fault == PhotoFault::kSameBackground; });
  }
  for (const auto& finding : set.findings) log_warning(text_of(finding));

  const auto view = options.train.center_crop ? SheetView::kMiddle : SheetView::kWhole;
  const fs::path file = options.models_dir / "cache" / "contact_sheets" / sheet_name(options.photos);
  try {
    write_picture(file, photo_sheet(photos, set.findings, side, view), kSheetEncoding);
  } catch (const MachineError& error) {
    log_warning(concat("the contact sheet of the photos is not written: ", error.what()));
    return {};
  }
  log_info(concat("what is learned of each photo: ", file.string()));
  return file;
}

}  // namespace big
