#include <algorithm>

#include "big/core/error.h"
#include "big/core/link_loop.h"
#include "big/core/text.h"
#include "big/imaging/read_image.h"
#include "natural_order.h"

namespace big {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code error;
  refuse_link_loop(folder);
  if (!fs::exists(folder, error)) throw InputError(folder.string() + ": there is no such folder of photos");
  if (!fs::is_directory(folder, error)) {
    throw InputError(folder.string() + ": is no folder; pass the folder that holds the photos");
  }
  std::vector<fs::path> paths;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    paths.push_back(entry->path());
  }
  if (error) throw InputError(folder.string() + ": cannot be listed: " + error.message());
  std::ranges::sort(paths, [](const fs::path& a, const fs::path& b) {
    return natural_less(a.filename().string(), b.filename().string());
  });
  return paths;
}

// What read_image says, without the path in front.
std::string bare_reason(const fs::path& path, std::string_view message) {
  const std::string prefix = path.string() + ": ";
  return std::string(message.starts_with(prefix) ? message.substr(prefix.size()) : message);
}

bool is_caption(const fs::path& path) {
  if (path.extension() != ".txt") return false;
  std::error_code error;
  for (const char* ending : {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".JPG", ".JPEG", ".PNG"})
    if (fs::exists(fs::path(path).replace_extension(ending), error)) return true;
  return false;
}

std::string not_a_photo(const fs::path& path) {
  std::error_code error;
  if (path.filename().string().starts_with('.')) return "is hidden";
  if (fs::is_directory(path, error)) return "is a folder; photos in folders below are not used";
  if (path.stem().extension() == ".mask") return "is the mask of a photo";
  if (is_caption(path)) return "is the caption of a photo";
  if (path.filename() == "metadata.jsonl") return "holds captions of photos";
  return "";
}

}  // namespace

PhotoScan scan_photos(const fs::path& folder, int min_short_side) {
  PhotoScan scan;
  for (const fs::path& path : entries_of(folder)) {
    std::string reason = not_a_photo(path);
    // Read whole: a photo that is cut short shows it only at its end.
    try {
      if (reason.empty()) {
        const Image photo = read_image(path);
        const int short_side = std::min(photo.width, photo.height);
        if (short_side >= min_short_side) {
          scan.photos.push_back({path, photo.width, photo.height});
          continue;
        }
        reason = concat("is too small: ", photo.width, " x ", photo.height, " pixels, its short side needs ",
                        min_short_side);
      }
    } catch (const InputError& error) {
      reason = bare_reason(path, error.what());
    }
    scan.skipped.push_back({path, reason});
  }
  return scan;
}

}  // namespace big
