#pragma once

#include <torch/nn.h>

namespace big {

/// diffusers' Timesteps: t [B] -> [B,width] of cosines and sines (sines first unless flip_sin_to_cos), always
/// in fp32.
struct SinusoidOptions {
  int64_t width = 320;
  bool flip_sin_to_cos = true;
  double freq_shift = 0;
};
torch::Tensor timestep_sinusoid(const torch::Tensor& timestep, const SinusoidOptions& options);

/// diffusers' TimestepEmbedding: linear, SiLU, linear. [B,in] -> [B,out].
class TimestepEmbeddingImpl : public torch::nn::Module {
 public:
  TimestepEmbeddingImpl(int64_t in, int64_t out);
  torch::Tensor forward(const torch::Tensor& sinusoid);

 private:
  torch::nn::Linear linear_1_{nullptr}, linear_2_{nullptr};
};
TORCH_MODULE(TimestepEmbedding);

}  // namespace big
