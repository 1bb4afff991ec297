#include "gallery.h"

#include <system_error>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

PictureEncoding picture_encoding(const DrawOptions& options) {
  if (options.quality < 1 || options.quality > 100)
    throw UsageError(concat("quality is ", options.quality, ", expected 1 to 100"));
  return {parse_picture_format(options.format), static_cast<int>(options.quality)};
}

std::filesystem::path Gallery::preview_path(size_t n) const {
  return directory_ / ("preview-" + std::to_string(n) + ".png");
}

void Gallery::add(Image image, uint64_t seed, const PngText& text) {
  const std::string number = std::to_string(size());
  const auto path = directory_ / ("generation-" + number + file_ending(encoding_.format));
  write_picture(path, image, encoding_, text);
  std::error_code none_was_there;
  std::filesystem::remove(preview_path(size()), none_was_there);
  images_.push_back({path, seed});
  pictures_.push_back(std::move(image));
}

void Gallery::preview(size_t n, const Image& image) const { write_png(preview_path(n), image); }

void Gallery::add_grid(const Image& sheet) {
  const std::string number = grids_.empty() ? "" : "-" + std::to_string(grids_.size() + 1);
  grids_.push_back(directory_ / ("grid" + number + file_ending(encoding_.format)));
  write_picture(grids_.back(), sheet, encoding_);
}

DrawResult Gallery::result() const {
  DrawResult result;
  result.directory = directory_;
  result.grid = grids_.front();
  result.images = images_;
  result.further_grids.assign(grids_.begin() + 1, grids_.end());
  return result;
}

}  // namespace big
