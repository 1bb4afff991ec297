#include "timestep_embedding.h"

#include <torch/types.h>

#include <cmath>

#include "layers.h"

namespace big {

torch::Tensor timestep_sinusoid(const torch::Tensor& timestep, const SinusoidOptions& options) {
  const int64_t half = options.width / 2;
  const auto fp32 = torch::TensorOptions().dtype(torch::kFloat32).device(timestep.device());

  auto exponent = -std::log(10000.0) * torch::arange(half, fp32);
  exponent = exponent / (static_cast<double>(half) - options.freq_shift);
  const auto angle =
      timestep.to(torch::kFloat32).unsqueeze(1) * torch::exp(exponent).unsqueeze(0);  // [B,half]

  const auto sine = torch::sin(angle), cosine = torch::cos(angle);
  auto embedding = options.flip_sin_to_cos ? torch::cat({cosine, sine}, 1) : torch::cat({sine, cosine}, 1);
  if (options.width % 2 == 1) embedding = torch::constant_pad_nd(embedding, {0, 1});
  return embedding;
}

torch::Tensor guidance_sinusoid(const torch::Tensor& scale, int64_t width) {
  const int64_t half = width / 2;
  const auto fp32 = torch::TensorOptions().dtype(torch::kFloat32).device(scale.device());
  // The angles reach thousands: only the same roundings give the same sines, so that even the logarithm's is
  // diffusers'.
  const auto rate = torch::log(torch::full({}, 10000.0, fp32)) / (half - 1);
  const auto angle = ((scale.to(torch::kFloat32) - 1) * 1000.0).unsqueeze(1) *
                     torch::exp(torch::arange(half, fp32) * -rate).unsqueeze(0);  // [B,half]

  auto embedding = torch::cat({torch::sin(angle), torch::cos(angle)}, 1);
  if (width % 2 == 1) embedding = torch::constant_pad_nd(embedding, {0, 1});
  return embedding;
}

TimestepEmbeddingImpl::TimestepEmbeddingImpl(const TimestepEmbeddingOptions& options) {
  const auto& [in, out, condition] = options;
  linear_1_ = register_module("linear_1", linear(in, out));
  if (condition > 0) cond_proj_ = register_module("cond_proj", linear(condition, in, Bias::kNo));
  linear_2_ = register_module("linear_2", linear(out, out));
}

torch::Tensor TimestepEmbeddingImpl::forward(const torch::Tensor& sinusoid, const torch::Tensor& condition) {
  const auto input = condition.defined() ? sinusoid + cond_proj_(condition) : sinusoid;
  return linear_2_(torch::silu(linear_1_(input)));
}

}  // namespace big
