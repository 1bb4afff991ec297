#include "kept_photos.h"

#include <algorithm>

#include "big/core/json.h"
#include "big/core/text.h"
#include "big/imaging/png.h"
#include "big/imaging/read_image.h"
#include "layout.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char *kWidth = "original_width", *kHeight = "original_height";

/// "7" -> "0007": the files sort by number.
std::string numbered(size_t n) {
  const std::string number = std::to_string(n);
  return std::string(4 - std::min<size_t>(4, number.size()), '0') + number;
}

}  // namespace

void write_kept_photos(const fs::path& folder, const std::vector<SourcePicture>& photos) {
  for (size_t i = 0; i < photos.size(); ++i) {
    const Json size = {{kWidth, photos[i].original_width}, {kHeight, photos[i].original_height}};
    write_png(folder / (numbered(i) + ".png"), photos[i].image, {{kOwnTextKeyword, size.dump()}});
  }
}

std::vector<fs::path> kept_photo_files(const fs::path& models_dir, const Subject& subject) {
  std::vector<fs::path> files;
  const fs::path folder = kept_photos(subject);
  std::error_code error;
  if (folder.empty()) return files;
  for (auto it = fs::directory_iterator(models_dir / folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    if (it->path().extension() == ".png") files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

SourcePicture read_kept_photo(const fs::path& file) {
  SourcePicture photo(read_image(file));
  const PngText text = read_png_text(file);
  const auto own = text.find(kOwnTextKeyword);
  if (own == text.end()) return photo;
  const Json json = Json::parse(own->second, nullptr, /*allow_exceptions=*/false);
  const auto side = [&](const char* key, int fallback) {
    const bool there = json.is_object() && json.contains(key) && json[key].is_number_integer();
    return there && json[key].get<int64_t>() > 0 && json[key].get<int64_t>() < (1 << 24)
               ? json[key].get<int>()
               : fallback;
  };
  photo.original_width = side(kWidth, photo.image.width);
  photo.original_height = side(kHeight, photo.image.height);
  return photo;
}

}  // namespace big
