#include "big/pipeline/write_cost.h"

#include "big/core/atomic_file.h"
#include "big/core/duration.h"
#include "big/core/error.h"
#include "big/core/memory.h"
#include "big/core/text.h"
#include "big/weights/stored_size.h"

namespace big {
namespace {

void add(const StoredTensors& tensors, std::optional<torch::ScalarType> dtype, WriteCost& cost) {
  for (const auto& [name, tensor] : tensors) {
    const bool converts = dtype && c10::isFloatingType(tensor.dtype()) && *dtype != tensor.dtype();
    const StoredSize stored = stored_size({{name, tensor}});
    const uint64_t bytes = converts ? stored.values * c10::elementSize(*dtype) : stored.bytes;
    cost.disk_bytes += bytes;
    if ((converts || tensor.form != TensorForm::kSame) && bytes > cost.memory_bytes) {
      cost.memory_bytes = bytes;
      cost.largest = name;
    }
  }
}

}  // namespace

WriteCost write_cost(const StoredModel& model, const WriteModelOptions& options) {
  WriteCost cost;
  for (const auto& [part, tensors] : model.parts) add(tensors, options.dtype, cost);
  if (options.extra == ExtraTensors::kKeep) add(model.extra, std::nullopt, cost);
  return cost;
}

void refuse_writing_beyond_machine(const WriteCost& cost, const std::filesystem::path& out) {
  if (const uint64_t free = available_memory_bytes(); cost.memory_bytes > free) {
    throw MachineError(concat("memory: converting '", cost.largest, "' alone needs ",
                              format_bytes(cost.memory_bytes), ", ", format_bytes(free),
                              " are free; close other programs"));
  }
  if (const uint64_t free = free_disk_bytes(out); cost.disk_bytes > free) {
    throw MachineError(concat("disk: ", out.string(), " will take ", format_bytes(cost.disk_bytes), ", ",
                              format_bytes(free), " are free; make room, or write to another disk"));
  }
}

}  // namespace big
