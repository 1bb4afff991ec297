#pragma once

#include "big/core/progress.h"
#include "big/weights/stored_model.h"

namespace big {

/// Throws InputError unless every part has every tensor of its network, in its shape, and no other. Reads no
/// tensor.
void verify_names(const StoredModel& model);

/// Throws InputError naming the tensors (the first ten and a count) that hold what is no finite number. Reads
/// everything. Progress counts tensors.
void verify_finite(const StoredTensors& tensors, const std::string& where, const ProgressFn& progress);

}  // namespace big
