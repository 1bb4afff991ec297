#include "big/networks/low_rank.h"

#include <torch/types.h>

namespace big {

LowRankImpl::LowRankImpl(const LowRankTensors& tensors) : tensors_(tensors) {
  const auto add = [this](const std::string& name, const torch::Tensor& tensor) {
    register_parameter(name, tensor);
  };
  add("down", tensors_.down);
  add("up", tensors_.up);
  add("mid", tensors_.mid);
  add("magnitude", tensors_.magnitude);
}

torch::Tensor LowRankImpl::product(c10::IntArrayRef weight_shape) const {
  const auto up = tensors_.up.flatten(1);  // [out,r]
  if (!tensors_.mid.defined()) return up.mm(tensors_.down.flatten(1)).view(weight_shape);
  const auto inner = up.mm(tensors_.mid.flatten(1)).view({up.size(0), rank(), -1});  // [out,r,kh*kw]
  return torch::einsum("ork,ri->oik", {inner, tensors_.down.flatten(1)}).reshape(weight_shape);
}

torch::Tensor LowRankImpl::magnitude_factor(const torch::Tensor& weight, double strength) const {
  const auto& magnitude = tensors_.magnitude;
  torch::Tensor norm;
  {
    const torch::NoGradGuard constant;
    const auto changed = weight.to(magnitude.scalar_type()) + strength * product(weight.sizes());
    // Over everything that one magnitude stands for: all axes but the one it runs along.
    std::vector<int64_t> axes;
    for (int64_t axis = 0; axis < changed.dim(); ++axis) {
      if (axis != (scales_outputs() ? 0 : 1)) axes.push_back(axis);
    }
    norm = torch::norm(changed, 2, axes, /*keepdim=*/true);
  }
  return magnitude / norm;
}

}  // namespace big
