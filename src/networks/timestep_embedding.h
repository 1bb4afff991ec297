#pragma once

#include "linear.h"

namespace big {

/// diffusers' Timesteps: t [B] -> [B,width] of cosines and sines (sines first unless flip_sin_to_cos), always
/// in fp32.
struct SinusoidOptions {
  int64_t width = 320;
  bool flip_sin_to_cos = true;
  double freq_shift = 0;
};
torch::Tensor timestep_sinusoid(const torch::Tensor& timestep, const SinusoidOptions& options);

/// How latent consistency models see the guidance scale they stand for (arXiv 2310.04378, diffusers'
/// get_guidance_scale_embedding): scale [B] -> [B,width] of sines and cosines of 1000 (scale - 1), in fp32.
torch::Tensor guidance_sinusoid(const torch::Tensor& scale, int64_t width);

struct TimestepEmbeddingOptions {
  int64_t in = 0, out = 0;
  int64_t condition = 0;  ///< width of what is added to the input, projected; 0: nothing is
};

/// diffusers' TimestepEmbedding: linear, SiLU, linear.
class TimestepEmbeddingImpl : public Module {
 public:
  explicit TimestepEmbeddingImpl(const TimestepEmbeddingOptions& options);
  /// sinusoid [B,in], condition [B,condition] (undefined: nothing is added) -> [B,out].
  torch::Tensor forward(const torch::Tensor& sinusoid, const torch::Tensor& condition = {});

 private:
  Linear linear_1_{nullptr}, cond_proj_{nullptr}, linear_2_{nullptr};
};
using TimestepEmbedding = Held<TimestepEmbeddingImpl>;

}  // namespace big
