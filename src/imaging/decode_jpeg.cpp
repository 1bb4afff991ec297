#include <csetjmp>
#include <cstdio>
// jpeglib.h needs stdio before it.
#include <jerror.h>
#include <jpeglib.h>

#include <array>

#include "big/core/error.h"
#include "big/core/text.h"
#include "decode.h"
#include "orientation.h"

namespace big {

namespace {

// A bit of a DC scan describes a block of 64 pixels or more; 8 bits a byte, 3 bytes a pixel.
constexpr uint64_t kBestJpegCompression = 3 * 8 * 64 * 4;
// A crafted progressive file can repeat scans of a large picture without end; encoders write some ten.
constexpr int kMostScans = 100;

struct ErrorState {
  jpeg_error_mgr manager;  // first: libjpeg hands back a pointer to it
  jmp_buf jump;
  std::array<char, JMSG_LENGTH_MAX> message;
  bool cut_short;
};

ErrorState& state_of(j_common_ptr info) { return *reinterpret_cast<ErrorState*>(info->err); }

void on_error(j_common_ptr info) {
  ErrorState& state = state_of(info);
  info->err->format_message(info, state.message.data());
  longjmp(state.jump, 1);
}

void on_message(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) state_of(info).cut_short = true;
}

void on_progress(j_common_ptr info) {
  const auto* decompress = reinterpret_cast<j_decompress_ptr>(info);
  if (decompress->input_scan_number > kMostScans) {
    info->err->msg_code = JERR_BAD_PROGRESSION;
    info->err->error_exit(info);
  }
}

// Every call into libjpeg stands in a method that returns false when libjpeg jumped out; none of them owns
// anything, so the jump skips no destructor.
class JpegDecoder {
 public:
  JpegDecoder() {
    info_.err = jpeg_std_error(&errors_.manager);
    errors_.manager.error_exit = on_error;
    errors_.manager.emit_message = on_message;
    progress_.progress_monitor = on_progress;
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&info_); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  bool read_header(std::string_view bytes) {
    if (setjmp(errors_.jump)) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&info_, TRUE);
    return true;
  }

  bool start() {
    if (setjmp(errors_.jump)) return false;
    const bool inks = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = inks ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(&info_);
    return true;
  }

  // Rows of components() bytes a pixel.
  bool read_rows(uint8_t* out) {
    if (setjmp(errors_.jump)) return false;
    while (info_.output_scanline < info_.output_height) {
      const size_t stride =
          static_cast<size_t>(info_.output_width) * static_cast<size_t>(info_.output_components);
      JSAMPROW row = out + stride * info_.output_scanline;
      jpeg_read_scanlines(&info_, &row, 1);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  int width() const { return static_cast<int>(info_.image_width); }
  int height() const { return static_cast<int>(info_.image_height); }
  int components() const { return info_.output_components; }
  bool cut_short() const { return errors_.cut_short; }
  const char* message() const { return errors_.message.data(); }

  std::string_view exif() const {
    for (auto* marker = info_.marker_list; marker; marker = marker->next) {
      const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
      if (data.starts_with(std::string_view("Exif\0", 5))) return data;
    }
    return {};
  }

 private:
  jpeg_decompress_struct info_{};
  jpeg_progress_mgr progress_{};
  ErrorState errors_{};
};

// Inks as Adobe stores them, inverted: what is stored is how much light an ink lets through.
Image from_inks(const std::vector<uint8_t>& cmyk, int width, int height) {
  Image image(width, height);
  for (size_t i = 0; i < cmyk.size() / 4; ++i) {
    for (size_t c = 0; c < 3; ++c) {
      image.pixels[3 * i + c] = static_cast<uint8_t>((cmyk[4 * i + c] * cmyk[4 * i + 3] + 127) / 255);
    }
  }
  return image;
}

void check(bool succeeded, const JpegDecoder& decoder) {
  if (decoder.cut_short()) throw InputError("is cut short (JPEG: the file ends before the picture does)");
  if (!succeeded) throw InputError(concat("is broken (JPEG: ", decoder.message(), ")"));
}

}  // namespace

StoredPicture decode_jpeg(std::string_view bytes) {
  JpegDecoder decoder;
  check(decoder.read_header(bytes), decoder);
  const int width = decoder.width(), height = decoder.height();
  check_size(width, height);
  check_compression(static_cast<uint64_t>(width) * static_cast<uint64_t>(height) * 3, bytes.size(),
                    kBestJpegCompression);
  StoredPicture out;
  out.exif = decoder.exif();
  out.orientation = exif_orientation(out.exif);

  check(decoder.start(), decoder);
  std::vector<uint8_t> pixels(static_cast<size_t>(width) * static_cast<size_t>(height) *
                              static_cast<size_t>(decoder.components()));
  check(decoder.read_rows(pixels.data()), decoder);
  if (decoder.components() == 4) {
    out.image = from_inks(pixels, width, height);
  } else {
    out.image.width = width;
    out.image.height = height;
    out.image.pixels = std::move(pixels);
  }
  return out;
}

}  // namespace big
