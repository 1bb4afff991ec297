#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace big {

/// File name of a photo -> what stands beside it: "dog.txt" for dog.jpg, else the "text" of its line in
/// metadata.jsonl ({"file_name": "dog.jpg", "text": "..."}, as the field's data sets have it). One line,
/// without spaces around. Throws InputError naming file and line.
std::map<std::string, std::string> read_captions(const std::filesystem::path& folder);

}  // namespace big
