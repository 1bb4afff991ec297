#pragma once

#include "big/networks/autoencoder_kl.h"
#include "layers.h"
#include "resnet_block.h"

namespace big {

/// diffusers' Attention as the VAE uses it: over all cells, one head, its own norm, added to what came in.
class VaeAttentionImpl : public Module {
 public:
  VaeAttentionImpl(int64_t channels, int64_t norm_num_groups);
  /// x [B,channels,h,w] -> the same.
  torch::Tensor forward(const torch::Tensor& x);

 private:
  GroupNorm group_norm_{nullptr};
  Linear to_q_{nullptr}, to_k_{nullptr}, to_v_{nullptr};
  ModuleVector<Linear> to_out_;
};
using VaeAttention = Held<VaeAttentionImpl>;

/// diffusers' UNetMidBlock2D without time.
class VaeMidBlockImpl : public Module {
 public:
  VaeMidBlockImpl(int64_t channels, const AutoencoderKLConfig& config);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  ModuleVector<VaeAttention> attentions_;
  ModuleVector<ResnetBlock2D> resnets_;
};
using VaeMidBlock = Held<VaeMidBlockImpl>;

struct VaeBlockOptions {
  int64_t in = 0, out = 0, layers = 1, norm_num_groups = 32;
  bool resample = true;
};

/// diffusers' DownEncoderBlock2D: pads below and to the right before it halves the side.
class VaeDownBlockImpl : public Module {
 public:
  explicit VaeDownBlockImpl(const VaeBlockOptions& options);
  torch::Tensor forward(torch::Tensor x);

 private:
  ModuleVector<ResnetBlock2D> resnets_;
  ModuleVector<Downsample2D> downsamplers_;
};
using VaeDownBlock = Held<VaeDownBlockImpl>;

/// diffusers' UpDecoderBlock2D.
class VaeUpBlockImpl : public Module {
 public:
  explicit VaeUpBlockImpl(const VaeBlockOptions& options);
  torch::Tensor forward(torch::Tensor x);

 private:
  ModuleVector<ResnetBlock2D> resnets_;
  ModuleVector<Upsample2D> upsamplers_;
};
using VaeUpBlock = Held<VaeUpBlockImpl>;

/// diffusers' Encoder: pixels [B,in_channels,H,W] -> moments [B,2*latent_channels,h,w].
class VaeEncoderImpl : public Module {
 public:
  explicit VaeEncoderImpl(const AutoencoderKLConfig& config);
  torch::Tensor forward(const torch::Tensor& pixels);

 private:
  Conv2d conv_in_{nullptr}, conv_out_{nullptr};
  ModuleVector<VaeDownBlock> down_blocks_;
  VaeMidBlock mid_block_{nullptr};
  GroupNorm conv_norm_out_{nullptr};
};
using VaeEncoder = Held<VaeEncoderImpl>;

/// diffusers' Decoder: latents [B,latent_channels,h,w] -> pixels [B,out_channels,H,W].
class VaeDecoderImpl : public Module {
 public:
  explicit VaeDecoderImpl(const AutoencoderKLConfig& config);
  torch::Tensor forward(const torch::Tensor& latents);

 private:
  Conv2d conv_in_{nullptr}, conv_out_{nullptr};
  VaeMidBlock mid_block_{nullptr};
  ModuleVector<VaeUpBlock> up_blocks_;
  GroupNorm conv_norm_out_{nullptr};
};
using VaeDecoder = Held<VaeDecoderImpl>;

}  // namespace big
