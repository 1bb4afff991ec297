#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "big/core/json.h"
#include "big/prompts/styles.h"

namespace big {

/// What a picture says of how it was made, in this program's terms.
struct PictureRecord {
  std::string writer;  ///< "BIG 0.1.0", "Automatic1111 v1.10.1", "kohya's scripts", ...
  /// Values by the names of flags; null: what the program or the model has for it while nobody says otherwise.
  OrderedJson settings = OrderedJson::object();
  std::vector<PromptStyle> styles;  ///< that settings name, as they were then
  std::string model;                    ///< name of the model that drew it; empty: not said
  std::vector<std::string> unfollowed;  ///< "Hires upscale: 2": settings that this program has no place for
};

/// Reads a PNG, JPEG or WebP picture's text: our own, the web UIs' (Automatic1111, Forge and what writes as
/// they do) or that of kohya's scripts. Throws InputError for a picture that holds none of them, saying what
/// it holds (a graph of ComfyUI, another program's JSON, nothing).
PictureRecord read_picture_record(const std::filesystem::path& path);

/// How a picture differs from one that was made after it.
struct PictureDifference {
  bool same_size = true;
  int largest = 0;  ///< of any channel, 0 to 255
  double mean = 0;  ///< over all channels
  std::vector<std::string> settings;  ///< "model_hash: aaa..., now bbb...": what their texts say otherwise

  bool equal() const { return same_size && largest == 0; }
};
/// Compares the pixels of two files, and what both say of how they were made. Throws InputError.
PictureDifference compare_pictures(const std::filesystem::path& earlier, const std::filesystem::path& later);

}  // namespace big
