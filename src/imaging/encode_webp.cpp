#include <webp/encode.h>
#include <webp/mux.h>

#include <memory>
#include <stdexcept>

#include "encode.h"

namespace big {

namespace {

constexpr int kLossless = 100;

WebPData as_data(const std::string& bytes) {
  return {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
}

/// Bytes that libwebp has allocated, taken over.
std::string taken(uint8_t* bytes, size_t size) {
  const std::unique_ptr<uint8_t, decltype(&WebPFree)> owner(bytes, &WebPFree);
  if (size == 0) throw std::runtime_error("WebP: the picture cannot be encoded");
  return {reinterpret_cast<const char*>(bytes), size};
}

std::string compressed(const Image& image, int quality) {
  uint8_t* bytes = nullptr;
  const size_t size = quality == kLossless
                          ? WebPEncodeLosslessRGB(image.pixels.data(), image.width, image.height,
                                                  image.width * 3, &bytes)
                          : WebPEncodeRGB(image.pixels.data(), image.width, image.height, image.width * 3,
                                          static_cast<float>(quality), &bytes);
  return taken(bytes, size);
}

std::string with_exif(const std::string& picture, const std::string& exif) {
  const std::unique_ptr<WebPMux, decltype(&WebPMuxDelete)> mux(WebPMuxNew(), &WebPMuxDelete);
  const WebPData image = as_data(picture), chunk = as_data(exif);
  WebPData whole{nullptr, 0};
  const bool assembled = mux && WebPMuxSetImage(mux.get(), &image, 0) == WEBP_MUX_OK &&
                         WebPMuxSetChunk(mux.get(), "EXIF", &chunk, 0) == WEBP_MUX_OK &&
                         WebPMuxAssemble(mux.get(), &whole) == WEBP_MUX_OK;
  return taken(const_cast<uint8_t*>(whole.bytes), assembled ? whole.size : 0);
}

}  // namespace

std::string encode_webp(const Image& image, int quality, const std::string& exif) {
  check_sides(image, WEBP_MAX_DIMENSION, "WebP");
  const std::string picture = compressed(image, quality);
  return exif.empty() ? picture : with_exif(picture, exif);
}

}  // namespace big
