#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "big/weights/stored_model.h"

namespace big {

/// What writing a model takes, told by the headers of its files. Tensors pass one by one: memory is that of the
/// largest one that cannot be written as it lies in its file.
struct WriteCost {
  uint64_t memory_bytes = 0, disk_bytes = 0;
  std::string largest;  ///< the tensor that takes memory_bytes; empty: none has to be changed
};
WriteCost write_cost(const StoredModel& model, const WriteModelOptions& options = {});

/// Throws MachineError with both numbers where memory, or the disk that `out` will lie on, does not hold it.
void refuse_writing_beyond_machine(const WriteCost& cost, const std::filesystem::path& out);

}  // namespace big
