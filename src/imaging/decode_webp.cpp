#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>

#include "big/core/error.h"
#include "decode.h"
#include "orientation.h"

namespace big {

namespace {

// Flat colours pack without end, but a large picture of nothing else teaches nothing.
constexpr uint64_t kBestWebpCompression = 1 << 13;

std::string webp_exif(std::string_view bytes) {
  const WebPData data{reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
  const std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)> demuxer(WebPDemux(&data), &WebPDemuxDelete);
  WebPChunkIterator chunk;
  if (!demuxer || !WebPDemuxGetChunk(demuxer.get(), "EXIF", 1, &chunk)) return "";
  std::string exif(reinterpret_cast<const char*>(chunk.chunk.bytes), chunk.chunk.size);
  WebPDemuxReleaseChunkIterator(&chunk);
  return exif;
}

}  // namespace

StoredPicture decode_webp(std::string_view bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data, bytes.size(), &features) != VP8_STATUS_OK)
    throw InputError("is broken or cut short (WebP)");
  if (features.has_animation)
    throw InputError("is animated; save the frame you want as a picture of its own");
  check_size(features.width, features.height);

  StoredPicture out;
  out.exif = webp_exif(bytes);
  out.orientation = exif_orientation(out.exif);
  const size_t count = static_cast<size_t>(features.width) * static_cast<size_t>(features.height);
  check_compression(count * 3, bytes.size(), kBestWebpCompression);
  bool decoded = false;
  if (features.has_alpha) {
    std::vector<uint8_t> rgba(count * 4);
    decoded = WebPDecodeRGBAInto(data, bytes.size(), rgba.data(), rgba.size(), features.width * 4) != nullptr;
    if (decoded) {
      out.image = over_white(rgba.data(), features.width, features.height);
      out.alpha = alpha_of(rgba.data(), features.width, features.height);
    }
  } else {
    out.image = Image(features.width, features.height);
    std::vector<uint8_t>& rgb = out.image.pixels;
    decoded = WebPDecodeRGBInto(data, bytes.size(), rgb.data(), rgb.size(), features.width * 3) != nullptr;
  }
  if (!decoded) throw InputError("is broken or cut short (WebP)");
  return out;
}

}  // namespace big
