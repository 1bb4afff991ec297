#include "big/networks/low_rank.h"

#include <torch/types.h>

namespace big {
namespace {

/// up * mid * down as a weight of `shape`.
torch::Tensor chained(const torch::Tensor& up,
                      const torch::Tensor& mid,
                      const torch::Tensor& down,
                      c10::IntArrayRef shape) {
  const auto outputs = up.flatten(1);  // [out,r]
  if (!mid.defined()) return outputs.mm(down.flatten(1)).view(shape);
  const auto inner = outputs.mm(mid.flatten(1)).view({up.size(0), down.size(0), -1});  // [out,r,kh*kw]
  return torch::einsum("ork,ri->oik", {inner, down.flatten(1)}).reshape(shape);
}

}  // namespace

LowRankImpl::LowRankImpl(const LowRankTensors& tensors) : tensors_(tensors) {
  const auto add = [this](const std::string& name, const torch::Tensor& tensor) {
    register_parameter(name, tensor);
  };
  add("down", tensors_.down);
  add("up", tensors_.up);
  add("mid", tensors_.mid);
  add("down_2", tensors_.down_2);
  add("up_2", tensors_.up_2);
  add("mid_2", tensors_.mid_2);
  add("outer", tensors_.outer);
  add("magnitude", tensors_.magnitude);
}

torch::Tensor LowRankImpl::product(c10::IntArrayRef weight_shape) const {
  const LowRankTensors& t = tensors_;
  auto shape = weight_shape.vec();
  if (t.outer.defined()) {
    shape[0] /= t.outer.size(0);
    shape[1] /= t.outer.size(1);
  }
  auto change = chained(t.up, t.mid, t.down, shape);
  if (t.up_2.defined()) change = change * chained(t.up_2, t.mid_2, t.down_2, shape);
  if (!t.outer.defined()) return change;
  auto outer_shape = t.outer.sizes().vec();
  outer_shape.resize(shape.size(), 1);
  return at::kron(t.outer.reshape(outer_shape), change.contiguous());
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
