#pragma once

#include <optional>

#include "layers.h"

namespace big {

struct ResnetOptions {
  int64_t in = 0, out = 0;
  int64_t time_width = 0;  ///< of the time embedding; 0: none (the VAE)
  int64_t norm_num_groups = 32;
  double norm_eps = 1e-5;
};

/// diffusers' ResnetBlock2D with time_embedding_norm "default".
class ResnetBlock2DImpl : public Module {
 public:
  explicit ResnetBlock2DImpl(const ResnetOptions& options);
  /// x [B,in,h,w], time [B,time_width] (undefined without) -> [B,out,h,w].
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& time = {});

 private:
  GroupNorm norm1_{nullptr}, norm2_{nullptr};
  Conv2d conv1_{nullptr}, conv2_{nullptr}, conv_shortcut_{nullptr};
  Linear time_emb_proj_{nullptr};
};
using ResnetBlock2D = Held<ResnetBlock2DImpl>;

/// diffusers' Downsample2D with a convolution: half the side. Padding 0 adds one row below and one column to
/// the right.
class Downsample2DImpl : public Module {
 public:
  Downsample2DImpl(int64_t channels, int64_t padding);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  int64_t padding_;
  Conv2d conv_{nullptr};
};
using Downsample2D = Held<Downsample2DImpl>;

/// Height and width, where doubling would miss the size of the picture on the other side.
using OutputSize = std::optional<std::pair<int64_t, int64_t>>;

/// diffusers' Upsample2D with a convolution: each cell becomes 2x2, or nearest cells fill `size`.
class Upsample2DImpl : public Module {
 public:
  explicit Upsample2DImpl(int64_t channels);
  torch::Tensor forward(const torch::Tensor& x, const OutputSize& size = std::nullopt);

 private:
  Conv2d conv_{nullptr};
};
using Upsample2D = Held<Upsample2DImpl>;

}  // namespace big
