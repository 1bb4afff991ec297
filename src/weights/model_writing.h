#pragma once

#include <optional>
#include <vector>

#include "big/weights/stored_model.h"
#include "safetensors_writer.h"

namespace big {

/// `tensor` to be written as `name`; floating ones in `dtype` where one is given. `tensor` must outlive it.
TensorSource source_of(const std::string& name,
                       const StoredTensor& tensor,
                       std::optional<torch::ScalarType> dtype);

/// The model's extra tensors as they are stored, but those whose name is taken.
void add_extra(const StoredModel& model, std::vector<TensorSource>& sources);

/// Reports each tensor that is written. Must outlive the sources it counts.
class WriteProgress {
 public:
  explicit WriteProgress(const ProgressFn& progress) : progress_(progress) {}
  WriteProgress(const WriteProgress&) = delete;
  WriteProgress& operator=(const WriteProgress&) = delete;
  /// Adds these to the total.
  void count(std::vector<TensorSource>& sources);

 private:
  const ProgressFn& progress_;
  Progress step_{"writing tensors"};
};

}  // namespace big
