#pragma once

#include <filesystem>
#include <string>

#include "big/imaging/image.h"
#include "big/imaging/png.h"

namespace big {

enum class PictureFormat { kPng, kJpeg, kWebp };
/// "png" | "jpeg" | "webp"; throws UsageError for another word.
PictureFormat parse_picture_format(const std::string& name);
/// ".png", ".jpg", ".webp".
std::string file_ending(PictureFormat format);

/// How a picture is put into a file.
struct PictureEncoding {
  PictureFormat format = PictureFormat::kPng;
  /// 1 to 100, of JPEG (without chroma subsampling from 90 on) and WebP (at 100 without loss).
  int quality = 95;
};

/// A picture's file: no time, path or host in it; equal pictures, text and encoding give equal bytes. PNG
/// keeps any text. JPEG and WebP keep two, as EXIF: "parameters" as UserComment, where the web UIs look for
/// it, and the program's own as MakerNote; what does not fit into EXIF's 64 KiB is left out, said in the log,
/// the program's own first. Throws UsageError where the picture is too large for the format.
std::string encode_picture(const Image& image, const PictureEncoding& encoding, const PngText& text = {});
/// encode_picture, written atomically.
void write_picture(const std::filesystem::path& path,
                   const Image& image,
                   const PictureEncoding& encoding,
                   const PngText& text = {});

/// The format of a file by its first bytes. Throws InputError for any other file.
PictureFormat picture_format(const std::filesystem::path& path);
/// The text in a PNG, JPEG or WebP file, by keyword ("parameters" for EXIF's UserComment, whoever wrote it).
/// Throws InputError where it is no such picture, or broken.
PngText read_picture_text(const std::filesystem::path& path);

}  // namespace big
