#pragma once

#include "big/weights/tensor_file.h"

namespace big {

/// A .safetensors file. Opening checks everything in its header (size, JSON, dtypes, shapes, offsets within
/// the file and not overlapping). Format: https://github.com/huggingface/safetensors.
class SafetensorsFile : public TensorFile {
 public:
  /// Throws InputError naming the file and what is wrong where.
  explicit SafetensorsFile(const std::filesystem::path& path);
};

/// Writes tensors (any device; made contiguous) as the Python library does: larger dtypes first, then by
/// name, header padded to 8 bytes. Streams through a file beside and renames. `metadata` values are strings;
/// {"format","pt"} is what transformers insists on.
void write_safetensors(const std::filesystem::path& path,
                       const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata = {{"format", "pt"}});

}  // namespace big
