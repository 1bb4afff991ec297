#include <csetjmp>
#include <cstdio>
// jpeglib.h needs stdio before it.
#include <jpeglib.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

#include "encode.h"

namespace big {

namespace {

constexpr int kFullChromaQuality = 90;

struct ErrorState {
  jpeg_error_mgr manager;  // first: libjpeg hands back a pointer to it
  jmp_buf jump;
  std::array<char, JMSG_LENGTH_MAX> message;
};

void on_error(j_common_ptr info) {
  auto& state = *reinterpret_cast<ErrorState*>(info->err);
  info->err->format_message(info, state.message.data());
  longjmp(state.jump, 1);
}

// As in JpegDecoder: write() returns false where libjpeg jumped out, and owns nothing.
class JpegEncoder {
 public:
  JpegEncoder() {
    info_.err = jpeg_std_error(&errors_.manager);
    errors_.manager.error_exit = on_error;
  }
  ~JpegEncoder() {
    jpeg_destroy_compress(&info_);
    std::free(bytes_);
  }
  JpegEncoder(const JpegEncoder&) = delete;
  JpegEncoder& operator=(const JpegEncoder&) = delete;

  bool write(const Image& image, int quality, const std::string& app1) {
    if (setjmp(errors_.jump)) return false;
    jpeg_create_compress(&info_);
    jpeg_mem_dest(&info_, &bytes_, &size_);
    info_.image_width = static_cast<JDIMENSION>(image.width);
    info_.image_height = static_cast<JDIMENSION>(image.height);
    info_.input_components = 3;
    info_.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info_);
    jpeg_set_quality(&info_, quality, TRUE);
    info_.optimize_coding = TRUE;
    if (quality >= kFullChromaQuality) info_.comp_info[0].h_samp_factor = info_.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&info_, TRUE);
    if (!app1.empty()) {
      jpeg_write_marker(&info_, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(app1.data()),
                        static_cast<unsigned>(app1.size()));
    }
    while (info_.next_scanline < info_.image_height) {
      auto* row = const_cast<JSAMPLE*>(image.at(0, static_cast<int>(info_.next_scanline)));
      jpeg_write_scanlines(&info_, &row, 1);
    }
    jpeg_finish_compress(&info_);
    return true;
  }

  std::string bytes() const { return {reinterpret_cast<const char*>(bytes_), size_}; }
  const char* message() const { return errors_.message.data(); }

 private:
  jpeg_compress_struct info_{};
  ErrorState errors_{};
  unsigned char* bytes_ = nullptr;
  unsigned long size_ = 0;
};

}  // namespace

std::string encode_jpeg(const Image& image, int quality, const std::string& exif) {
  check_sides(image, JPEG_MAX_DIMENSION, "JPEG");
  const std::string app1 = exif.empty() ? exif : std::string("Exif\0\0", 6) + exif;
  JpegEncoder encoder;
  if (!encoder.write(image, quality, app1)) throw std::runtime_error(std::string("JPEG: ") + encoder.message());
  return encoder.bytes();
}

}  // namespace big
