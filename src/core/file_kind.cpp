#include "big/core/file_kind.h"

#include <algorithm>
#include <array>

#include "big/core/text.h"

namespace big {
namespace {

using namespace std::string_view_literals;

constexpr size_t kLooked = 512;

struct Mark {
  std::string_view bytes, kind;
};

/// Told by the very first bytes.
constexpr std::array kMarks = {
    Mark{"version https://git-lfs.github.com/spec/",
         "a Git LFS pointer: the real file was not downloaded (git lfs pull)"},
    Mark{"PK\x03\x04", "a zip archive, as .ckpt, .pt and .bin files are"},
    Mark{"\x80\x02", "a Python pickle, as old .ckpt and .bin files are"},
    Mark{"\x1f\x8b", "a gzip archive: unpack it first"},
    Mark{"GGUF", "a GGUF file, which is another format"},
    Mark{"\x89PNG", "a PNG picture"},
    Mark{"\xff\xd8\xff", "a JPEG picture"},
    Mark{"%PDF", "a PDF document"},
};

std::string_view without_space(std::string_view text) {
  const size_t at = text.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos ? ""sv : text.substr(at);
}

bool is_text(std::string_view bytes) {
  return is_valid_utf8(bytes) && std::all_of(bytes.begin(), bytes.end(), [](char c) {
           return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\r' || c == '\t';
         });
}

}  // namespace

std::string kind_of_foreign_file(std::string_view bytes) {
  if (bytes.empty()) return "empty: get it again";
  for (const Mark& mark : kMarks) {
    if (bytes.starts_with(mark.bytes)) return std::string(mark.kind);
  }
  std::string start = utf8_prefix(bytes, kLooked);
  if (start.starts_with("\xEF\xBB\xBF")) start = start.substr(3);
  const std::string lower = ascii_lower(without_space(start));
  for (const auto page : {"<!doctype html"sv, "<html"sv, "<head"sv, "<?xml"sv}) {
    if (lower.starts_with(page)) return "an HTML page: a failed download?";
  }
  if (lower.starts_with('{') || lower.starts_with('[')) return "a JSON text";
  if (is_text(start)) return "a text: a failed download?";
  if (std::all_of(start.begin(), start.end(), [](char c) { return c == 0; })) {
    return "zeros from its beginning: a download that was not finished?";
  }
  return "";
}

}  // namespace big
