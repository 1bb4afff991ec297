#pragma once

#include "big/weights/tensor_file.h"

namespace big {

/// A file of torch.save (.ckpt, .pt, .bin): a zip of a pickle and the tensors' bytes. The pickle is read by a
/// machine that builds tensors and plain containers and runs nothing: classes and functions it names are
/// never looked up, and calling any but the few that tensors need is refused by name. The tensors are those
/// of the dictionary `state_dict` where there is one, else all that are found, dictionaries joined by dots
/// (`string_to_param.*`). The metadata are the outermost dictionary's numbers and strings (`global_step`).
class CheckpointFile : public TensorFile {
 public:
  /// Throws InputError naming the file and what is wrong where.
  explicit CheckpointFile(const std::filesystem::path& path);
};

}  // namespace big
