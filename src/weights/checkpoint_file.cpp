#include "big/weights/checkpoint.h"
#include "checkpoint_contents.h"
#include "mapped_file.h"

namespace big {

CheckpointFile::CheckpointFile(const std::filesystem::path& path) : TensorFile(path) {
  auto contents = read_checkpoint(mapping().bytes(), path.string());
  entries_ = std::move(contents.entries);
  metadata_ = std::move(contents.metadata);
}

}  // namespace big
