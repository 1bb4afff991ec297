#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace big {

/// What stands beside a photo.
struct PhotoNote {
  std::string caption;  ///< one line without spaces around; empty: none
  int64_t repeats = 1;  ///< how often it is shown in a round that shows others once
};

/// File name of a photo -> its note: the caption from "dog.txt" for dog.jpg, else the "text" of its line in
/// metadata.jsonl ({"file_name": "dog.jpg", "text": "...", "repeats": 2}, as the field's data sets have it).
/// Throws InputError naming file and line.
std::map<std::string, PhotoNote> read_photo_notes(const std::filesystem::path& folder);

}  // namespace big
