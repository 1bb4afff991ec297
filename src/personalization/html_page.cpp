#include "html_page.h"

#include <algorithm>

#include "big/core/text.h"
#include "big/imaging/picture_file.h"
#include "big/imaging/resize.h"
#include "html_text.h"
#include "run_report_style.h"

namespace big {
namespace {

constexpr int kThumbnailSide = 192;  // shown at half of it, for dense screens
constexpr PictureEncoding kThumbnail = {PictureFormat::kJpeg, 80};

}  // namespace

std::string html_page(const std::string& title, const std::string& body) {
  return concat("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n",
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n",
                element("title", title), "\n<style>", kReportStyle, "</style></head>\n<body>\n", body, "</body></html>\n");
}

std::string html_section(const std::string& title, const std::string& body) {
  return body.empty() ? "" : concat("<h2>", html_text(title), "</h2>\n", body);
}

std::string html_thumbnail(const Image& picture) {
  const int side = std::min(picture.width, picture.height);
  const Image square = resize(center_crop(picture, side, side), kThumbnailSide, kThumbnailSide);
  return concat("<img alt=\"\" src=\"", data_uri("image/jpeg", encode_picture(square, kThumbnail)), "\">");
}

}  // namespace big
