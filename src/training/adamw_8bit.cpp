#include "adamw_8bit.h"

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

namespace big {

namespace {

constexpr int64_t kSmallest8Bit = 4096;
/// Blocks that are unpacked at a time: few enough that what is unpacked stays a few MiB.
constexpr int64_t kBlocksAtATime = 4096;

bool is_packed(const torch::Tensor& parameter) { return parameter.numel() >= kSmallest8Bit; }

torch::TensorOptions like(const torch::Tensor& parameter, torch::ScalarType dtype) {
  return parameter.options().requires_grad(false).dtype(dtype);
}

int64_t blocks_of(const torch::Tensor& parameter) {
  return (parameter.numel() + kQuantizationBlock - 1) / kQuantizationBlock;
}

}  // namespace

AdamW8Bit::AdamW8Bit(const std::vector<ParameterGroup>& groups, const AdamWOptions& options)
    : Optimizer(groups), options_(options), first_(add_moment("exp_avg")), second_(add_moment("exp_avg_sq")) {}

AdamW8Bit::Moment AdamW8Bit::add_moment(const std::string& kind) {
  const auto only_packed = [](const torch::Tensor& parameter, at::IntArrayRef shape,
                              torch::ScalarType dtype) {
    return is_packed(parameter) ? at::zeros(shape, like(parameter, dtype)) : torch::Tensor();
  };
  auto& codes = add_state(kind + ".codes", [&](const torch::Tensor& parameter) {
    return only_packed(parameter, {blocks_of(parameter), kQuantizationBlock}, torch::kUInt8);
  });
  auto& scales = add_state(kind + ".scales", [&](const torch::Tensor& parameter) {
    return only_packed(parameter, {blocks_of(parameter)}, torch::kFloat32);
  });
  auto& plain = add_state(kind, [](const torch::Tensor& parameter) {
    return is_packed(parameter) ? torch::Tensor()
                                : at::zeros({parameter.numel()}, like(parameter, torch::kFloat32));
  });
  return {codes, scales, plain};
}

void AdamW8Bit::update(ParameterRange range, double learning_rate) {
  for (size_t i = range.first; i < range.first + range.count; ++i) {
    if (is_packed(parameters()[i])) {
      update_blocks(i, learning_rate);
    } else {
      update_plain(i, learning_rate);
    }
  }
}

void AdamW8Bit::move(torch::Tensor parameter,
                     const torch::Tensor& first,
                     const torch::Tensor& second,
                     double learning_rate) const {
  const auto t = static_cast<double>(updates());
  const double correction1 = 1 - std::pow(options_.beta1, t);
  const double correction2 = std::sqrt(1 - std::pow(options_.beta2, t));
  parameter.mul_(1 - learning_rate * options_.weight_decay);
  const auto size = second.sqrt().add_(correction2 * options_.epsilon);
  parameter.addcdiv_(first, size, -learning_rate * correction2 / correction1);
}

void AdamW8Bit::update_plain(size_t i, double learning_rate) {
  auto parameter = parameters()[i].view(-1);
  const auto gradient = parameters()[i].grad().reshape(-1).to(torch::kFloat32);
  first_.plain[i].mul_(options_.beta1).add_(gradient, 1 - options_.beta1);
  second_.plain[i].mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
  move(parameter, first_.plain[i], second_.plain[i], learning_rate);
}

void AdamW8Bit::update_blocks(size_t i, double learning_rate) {
  auto parameter = parameters()[i].view(-1);
  const auto gradient = parameters()[i].grad().reshape(-1);
  const int64_t blocks = blocks_of(parameter), count = parameter.numel();
  for (int64_t begin = 0; begin < blocks; begin += kBlocksAtATime) {
    const int64_t end = std::min(blocks, begin + kBlocksAtATime);
    const int64_t from = begin * kQuantizationBlock, to = std::min(count, end * kQuantizationBlock);
    const int64_t padding = end * kQuantizationBlock - to;
    const auto chunk = [&](const torch::Tensor& tensor) { return tensor.slice(0, begin, end); };

    const auto g = at::constant_pad_nd(gradient.slice(0, from, to).to(torch::kFloat32), {0, padding})
                       .view({-1, kQuantizationBlock});
    auto m = signed_codes_.decode(chunk(first_.codes[i]), chunk(first_.scales[i]));
    auto v = unsigned_codes_.decode(chunk(second_.codes[i]), chunk(second_.scales[i]));
    m.mul_(options_.beta1).add_(g, 1 - options_.beta1);
    v.mul_(options_.beta2).addcmul_(g, g, 1 - options_.beta2);

    const auto flat = [&](const torch::Tensor& tensor) { return tensor.view(-1).slice(0, 0, to - from); };
    move(parameter.slice(0, from, to), flat(m), flat(v), learning_rate);
    signed_codes_.encode(m, chunk(first_.codes[i]), chunk(first_.scales[i]));
    unsigned_codes_.encode(v, chunk(second_.codes[i]), chunk(second_.scales[i]));
  }
}

}  // namespace big
