#pragma once

#include <map>
#include <string>
#include <string_view>

#include "big/weights/tensor_file.h"

namespace big {

/// The tensors and facts of a checkpoint; `begin` and `end` count from the start of the archive.
struct CheckpointContents {
  std::map<std::string, TensorFile::Entry> entries;
  std::map<std::string, std::string> metadata;
};

/// Reads an archive of torch.save: its directory, its pickle, and where each tensor's bytes lie, all checked
/// against `archive`. No tensor is read. Throws InputError; `where` names the file.
CheckpointContents read_checkpoint(std::string_view archive, const std::string& where);

}  // namespace big
