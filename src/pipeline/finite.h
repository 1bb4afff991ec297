#pragma once

#include <string>

#include "big/pipeline/stable_diffusion.h"

namespace big {

/// Throws unless all of `result` is finite, for a picture of NaN is black and says nothing. Loading reads no
/// weight, so this is where damaged ones show: InputError naming the first tensor of `model` that is not
/// finite; MachineError where all are and the numbers overflowed in half precision. `what` names the result.
void require_finite(const torch::Tensor& result, const StableDiffusion& model, const std::string& what);

}  // namespace big
