#include "big/imaging/picture_file.h"

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/read_file.h"
#include "big/core/text.h"
#include "decode.h"
#include "encode.h"
#include "exif_text.h"

namespace big {

namespace {

/// A JPEG's marker holds 65533 bytes, six of which are the head; libexif reads no more from a WebP either.
constexpr size_t kLargestExif = 65533 - 6;

std::string exif_that_fits(PngText text) {
  std::string exif = make_exif(text);
  for (const char* keyword : {kOwnTextKeyword, "parameters"}) {
    if (exif.size() <= kLargestExif) break;
    log_warning(concat("the text '", keyword, "' is left out of the picture: ", exif.size(),
                       " bytes do not fit into EXIF (PNG keeps it)"));
    text.erase(keyword);
    exif = make_exif(text);
  }
  return exif;
}

PictureFormat format_of(const std::string& bytes, const std::filesystem::path& path) {
  if (bytes.starts_with("\x89PNG")) return PictureFormat::kPng;
  if (bytes.starts_with("\xFF\xD8\xFF")) return PictureFormat::kJpeg;
  if (bytes.starts_with("RIFF") && bytes.find("WEBP") == 8) return PictureFormat::kWebp;
  throw InputError(path.string() + ": is no PNG, JPEG or WebP picture");
}

}  // namespace

PictureFormat parse_picture_format(const std::string& name) {
  if (name == "png") return PictureFormat::kPng;
  if (name == "jpeg") return PictureFormat::kJpeg;
  if (name == "webp") return PictureFormat::kWebp;
  throw UsageError(concat("format is \"", name, "\", expected png, jpeg or webp"));
}

std::string file_ending(PictureFormat format) {
  if (format == PictureFormat::kPng) return ".png";
  return format == PictureFormat::kJpeg ? ".jpg" : ".webp";
}

void check_sides(const Image& image, int most, const std::string& format) {
  if (image.width <= most && image.height <= most) return;
  throw UsageError(concat("the picture is ", image.width, " x ", image.height, " pixels, ", format, " holds at most ",
                          most, " a side; choose the format png"));
}

std::string encode_picture(const Image& image, const PictureEncoding& encoding, const PngText& text) {
  if (encoding.format == PictureFormat::kPng) return encode_png(image, text);
  if (encoding.quality < 1 || encoding.quality > 100)
    throw UsageError(concat("quality is ", encoding.quality, ", expected 1 to 100"));
  const std::string exif = exif_that_fits(text);
  return encoding.format == PictureFormat::kJpeg ? encode_jpeg(image, encoding.quality, exif)
                                                 : encode_webp(image, encoding.quality, exif);
}

void write_picture(const std::filesystem::path& path,
                   const Image& image,
                   const PictureEncoding& encoding,
                   const PngText& text) {
  write_file_atomically(path, encode_picture(image, encoding, text));
}

PictureFormat picture_format(const std::filesystem::path& path) {
  return format_of(read_file(path, kLargestPictureFile), path);
}

PngText read_picture_text(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, kLargestPictureFile);
  if (format_of(bytes, path) == PictureFormat::kPng) return read_png_text(path);
  try {
    return read_exif_text(decode_stored(bytes).exif);
  } catch (const InputError& error) {
    throw InputError(path.string() + ": " + error.what());
  }
}

}  // namespace big
