#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "big/weights/safetensors.h"

namespace big {

/// The JSON header of a safetensors file, understood and checked.
struct SafetensorsHeader {
  std::map<std::string, SafetensorsFile::Entry> entries;
  std::map<std::string, std::string> metadata;
};

/// Parses `text` and holds it to the format: known dtypes, shapes that fit their bytes, no name twice, and
/// data that fills exactly `data_bytes` without gap or overlap (what the Python library insists on too).
/// Takes memory in proportion to the tensors named, whatever the text says. Throws InputError; `where` names
/// the file.
SafetensorsHeader parse_safetensors_header(std::string_view text,
                                           uint64_t data_bytes,
                                           const std::string& where);

}  // namespace big
