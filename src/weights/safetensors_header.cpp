#include "safetensors_header.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "big/core/error.h"
#include "big/core/json.h"
#include "big/core/text.h"
#include "safetensors_dtype.h"

namespace big {
namespace {

constexpr size_t kMaxDimensions = 16;

std::string in_quotes(std::string_view name) { return concat("'", utf8_prefix(name, 200), "'"); }

/// Reads the header event by event, so that a hostile one is refused at its first foreign token instead of
/// being built in memory. Depth 1 holds the tensors' names, depth 2 one tensor's keys (or the metadata),
/// depth 3 an array.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  HeaderReader(SafetensorsHeader& header, std::string where) : header_(header), where_(std::move(where)) {}

  bool start_object(size_t) override {
    if (depth_ >= 2) unexpected("an object");
    ++depth_;
    return true;
  }

  bool key(std::string& text) override {
    if (depth_ == 1) {
      begin_tensor(text);
    } else if (in_metadata_) {
      key_ = text;
      if (header_.metadata.count(text)) fail(concat("metadata key ", in_quotes(text), " is there twice"));
    } else {
      key_ = text;
      bool& seen = text == "dtype"          ? seen_dtype_
                   : text == "shape"        ? seen_shape_
                   : text == "data_offsets" ? seen_offsets_
                                            : fail_key();
      if (seen) fail(concat("tensor ", in_quotes(name_), " has ", in_quotes(text), " twice"));
      seen = true;
    }
    return true;
  }

  bool end_object() override {
    --depth_;
    if (depth_ == 1 && !in_metadata_) end_tensor();
    in_metadata_ = false;
    return true;
  }

  bool start_array(size_t) override {
    if (depth_ != 2 || in_metadata_ || (key_ != "shape" && key_ != "data_offsets")) unexpected("an array");
    ++depth_;
    return true;
  }

  bool end_array() override {
    --depth_;
    return true;
  }

  bool string(std::string& text) override {
    if (depth_ == 2 && in_metadata_) {
      header_.metadata.emplace(key_, text);
    } else if (depth_ == 2 && key_ == "dtype") {
      const auto* dtype = find_dtype(std::string_view(text));
      if (!dtype) {
        fail(concat("tensor ", in_quotes(name_), " is stored as ", in_quotes(text), ", which is none of ",
                    join(dtype_names(), ", ")));
      }
      entry_.dtype = dtype->type;
    } else {
      unexpected("a string");
    }
    return true;
  }

  bool number_unsigned(uint64_t value) override {
    if (depth_ != 3) unexpected("a number");
    if (key_ == "shape") {
      if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) ||
          entry_.shape.size() == kMaxDimensions) {
        fail(concat("tensor ", in_quotes(name_), " has an impossible shape"));
      }
      entry_.shape.push_back(static_cast<int64_t>(value));
    } else {
      if (offsets_ == 2) fail(concat("tensor ", in_quotes(name_), " has more than two data_offsets"));
      (offsets_++ == 0 ? entry_.begin : entry_.end) = value;
    }
    return true;
  }

  bool number_integer(int64_t value) override { unexpected(concat("the negative number ", value)); }
  bool number_float(double, const std::string& text) override {
    unexpected(concat("the number ", utf8_prefix(text, 40)));
  }
  bool null() override { unexpected("null"); }
  bool boolean(bool) override { unexpected("a boolean"); }
  bool binary(nlohmann::json::binary_t&) override { unexpected("binary data"); }
  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception&) override {
    fail(concat("is not valid JSON at byte ", position));
  }

 private:
  void begin_tensor(const std::string& name) {
    in_metadata_ = name == "__metadata__";
    name_ = name;
    entry_ = {};
    offsets_ = 0;
    seen_dtype_ = seen_shape_ = seen_offsets_ = false;
    if (in_metadata_ ? std::exchange(seen_metadata_, true) : header_.entries.count(name) != 0) {
      fail(concat(in_quotes(name), " is there twice"));
    }
  }

  void end_tensor() {
    if (!seen_dtype_ || !seen_shape_ || offsets_ != 2) {
      fail(concat("tensor ", in_quotes(name_), " lacks one of dtype, shape and data_offsets"));
    }
    header_.entries.emplace(name_, std::move(entry_));
  }

  bool& fail_key() { fail(concat("tensor ", in_quotes(name_), " has the unknown key ", in_quotes(key_))); }

  [[noreturn]] void unexpected(const std::string& what) {
    fail(concat("has ", what, " where none belongs",
                name_.empty() ? "" : concat(" (in ", in_quotes(name_), ")")));
  }

  [[noreturn]] void fail(const std::string& what) {
    throw InputError(concat(where_, ": the header: ", what));
  }

  SafetensorsHeader& header_;
  std::string where_;
  int depth_ = 0;
  bool in_metadata_ = false, seen_metadata_ = false;
  bool seen_dtype_ = false, seen_shape_ = false, seen_offsets_ = false;
  int offsets_ = 0;
  std::string name_, key_;
  SafetensorsFile::Entry entry_;
};

/// Bytes that a tensor of this shape takes, or nothing where they do not fit in 64 bits.
std::optional<uint64_t> byte_size(const SafetensorsFile::Entry& entry) {
  uint64_t bytes = c10::elementSize(entry.dtype);
  bool empty = false;
  for (const int64_t size : entry.shape) {
    if (size == 0) empty = true;
    // Zeros are left out: strides are products too, and [0, 2^62, 2^62] must not overflow them.
    if (size != 0 && __builtin_mul_overflow(bytes, static_cast<uint64_t>(size), &bytes)) return std::nullopt;
  }
  if (bytes > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
  return empty ? 0 : bytes;
}

void check_layout(const SafetensorsHeader& header, uint64_t data_bytes, const std::string& where) {
  using Item = std::pair<const std::string, SafetensorsFile::Entry>;
  std::vector<const Item*> items;
  for (const auto& item : header.entries) {
    const auto& [name, entry] = item;
    const auto bytes = byte_size(entry);
    if (entry.begin > entry.end || entry.end > data_bytes) {
      throw InputError(concat(where, ": tensor ", in_quotes(name), " lies at bytes ", entry.begin, " to ",
                              entry.end, " of ", data_bytes,
                              " bytes of data; the file is cut short or damaged: get it again"));
    }
    if (!bytes || *bytes != entry.end - entry.begin) {
      throw InputError(concat(where, ": tensor ", in_quotes(name), " of shape ",
                              c10::IntArrayRef(entry.shape), " does not fit its ", entry.end - entry.begin,
                              " bytes; the file is damaged"));
    }
    items.push_back(&item);
  }
  std::sort(items.begin(), items.end(), [](const Item* a, const Item* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  uint64_t at = 0;
  for (const Item* item : items) {
    if (item->second.begin != at) {
      throw InputError(concat(where, ": tensor ", in_quotes(item->first), " begins at byte ",
                              item->second.begin, ", expected ", at, ": tensors overlap or leave a gap"));
    }
    at = item->second.end;
  }
  if (at != data_bytes) {
    throw InputError(concat(where, ": has ", data_bytes, " bytes of data, but its tensors end at byte ", at));
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text,
                                           uint64_t data_bytes,
                                           const std::string& where) {
  SafetensorsHeader header;
  HeaderReader reader(header, where);
  if (text.empty() || text.front() != '{') throw InputError(concat(where, ": is not a safetensors file"));
  nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  check_layout(header, data_bytes, where);
  return header;
}

}  // namespace big
