#pragma once

#include <filesystem>
#include <vector>

#include "big/imaging/picture_file.h"
#include "big/personalization/draw.h"

namespace big {

/// How the files of a wish's pictures are written. Throws UsageError.
PictureEncoding picture_encoding(const DrawOptions& options);

/// A run's pictures in their folder: written one by one, kept for the grid.
class Gallery {
 public:
  Gallery(std::filesystem::path directory, const PictureEncoding& encoding)
      : directory_(std::move(directory)), encoding_(encoding) {}

  /// Writes generation-<n>, the next picture; its preview goes.
  void add(Image image, uint64_t seed, const PngText& text);
  /// Writes preview-<n>.png over an earlier one.
  void preview(size_t n, const Image& image) const;
  /// Writes a sheet of pictures: grid, grid-2, ...
  void add_grid(const Image& sheet);

  const std::filesystem::path& directory() const { return directory_; }
  const std::vector<Image>& pictures() const { return pictures_; }
  size_t size() const { return pictures_.size(); }
  /// What came of it; grids have been added.
  DrawResult result() const;

 private:
  std::filesystem::path preview_path(size_t n) const;

  std::filesystem::path directory_;
  PictureEncoding encoding_;
  std::vector<DrawnImage> images_;
  std::vector<Image> pictures_;
  std::vector<std::filesystem::path> grids_;
};

}  // namespace big
