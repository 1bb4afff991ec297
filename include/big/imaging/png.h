#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "big/imaging/image.h"

namespace big {

/// Keyword of the program's own text, a JSON object: always iTXt, for JSON is UTF-8.
inline constexpr const char* kOwnTextKeyword = "big";

/// Text of a PNG by keyword. Latin-1 text becomes tEXt, any other UTF-8 iTXt, as Pillow does.
using PngText = std::map<std::string, std::string>;

/// PNG bytes: no time, path or host in them; equal pictures and text give equal bytes.
std::string encode_png(const Image& image, const PngText& text = {});
/// encode_png, written atomically.
void write_png(const std::filesystem::path& path, const Image& image, const PngText& text = {});
/// The text chunks of a PNG file. Throws InputError.
PngText read_png_text(const std::filesystem::path& path);

}  // namespace big
