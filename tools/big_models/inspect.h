#pragma once

#include <filesystem>
#include <string>

#include "big/core/json.h"

namespace big {

/// What a model file or folder is, for programs: {"path", "kind", "family", "title", "prediction_type",
/// "parts": {name: {"tensors", "parameters", "bytes", "dtypes"}}, "extra", "hashes", "lora", "trigger_words",
/// "metadata"}; what does not apply is left out. Reads headers, and every byte of a file once for its hash.
/// Throws InputError.
OrderedJson inspect_model(const std::filesystem::path& path);

/// The same for people.
std::string inspect_text(const OrderedJson& facts);

}  // namespace big
