#include "unicode.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <limits>
#include <stdexcept>

#include "big/core/error.h"

namespace big {

namespace {

constexpr int32_t kReplacement = 0xFFFD;
constexpr int32_t kCapitalIWithDot = 0x130;

template <class Visit>
void for_each_code_point(std::string_view text, Visit visit) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto length = static_cast<int64_t>(text.size());
  for (int64_t i = 0; i < length;) {
    int32_t code_point = 0;
    U8_NEXT(bytes, i, length, code_point);
    visit(code_point < 0 ? kReplacement : code_point);
  }
}

// ICU counts in 32 bits.
icu::StringPiece piece_of(std::string_view text) {
  if (text.size() > std::numeric_limits<int32_t>::max())
    throw InputError("a text over 2 GiB cannot be encoded");
  return {text.data(), static_cast<int32_t>(text.size())};
}

void check(UErrorCode status) {
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU: ") + u_errorName(status));
}

// The tokenizers library normalises with the tables of Unicode 9: marks of later versions stay where they
// are.
icu::FilteredNormalizer2 make_nfc() {
  UErrorCode status = U_ZERO_ERROR;
  static icu::UnicodeSet unicode9(icu::UnicodeString::fromUTF8("[:age=9.0:]"), status);
  unicode9.freeze();
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  check(status);
  return {*nfc, unicode9};
}

}  // namespace

std::vector<int32_t> code_points(std::string_view text) {
  std::vector<int32_t> out;
  out.reserve(text.size());
  for_each_code_point(text, [&](int32_t c) { out.push_back(c); });
  return out;
}

void append_utf8(std::string& out, int32_t code_point) {
  uint8_t bytes[U8_MAX_LENGTH];
  int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, code_point);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(length));
}

std::string repaired_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for_each_code_point(text, [&](int32_t c) { append_utf8(out, c); });
  return out;
}

std::string to_nfc(std::string_view text) {
  static const icu::FilteredNormalizer2 nfc = make_nfc();
  if (text.size() > std::numeric_limits<int32_t>::max())
    throw InputError("a text over 2 GiB cannot be encoded");
  UErrorCode status = U_ZERO_ERROR;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  nfc.normalizeUTF8(0, piece_of(text), sink, nullptr, status);
  check(status);
  return out;
}

std::string to_lower(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for_each_code_point(text, [&](int32_t c) {
    if (c == kCapitalIWithDot) {
      // The one code point whose full lower case is two: i and the dot above.
      out += "i\u0307";
    } else {
      append_utf8(out, u_tolower(c));
    }
  });
  return out;
}

std::string to_lower_in_context(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  constexpr const char* kRootLocale = "";
  icu::CaseMap::utf8ToLower(kRootLocale, 0, piece_of(text), sink, nullptr, status);
  check(status);
  return out;
}

bool is_space(int32_t code_point) { return u_isUWhiteSpace(code_point); }

bool is_letter(int32_t code_point) { return (U_GET_GC_MASK(code_point) & U_GC_L_MASK) != 0; }

bool is_number(int32_t code_point) { return (U_GET_GC_MASK(code_point) & U_GC_N_MASK) != 0; }

}  // namespace big
