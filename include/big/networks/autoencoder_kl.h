#pragma once

#include "big/core/json.h"
#include "big/modules/module.h"

namespace big {

/// Architecture of the VAE; keys and defaults of diffusers' AutoencoderKL.
struct AutoencoderKLConfig {
  int64_t in_channels = 3, out_channels = 3, latent_channels = 4, layers_per_block = 1, norm_num_groups = 32;
  std::vector<int64_t> block_out_channels = {64};
  double scaling_factor = 0.18215;
  bool use_quant_conv = true, use_post_quant_conv = true, mid_block_add_attention = true, force_upcast = true;
  int64_t sample_size = 32;
  /// Pixels per latent cell and side: 2^(levels - 1).
  int64_t scale() const { return int64_t{1} << (block_out_channels.size() - 1); }
  static AutoencoderKLConfig from_json(const Json& config, const std::string& where);
};

/// A diagonal Gaussian over latents, not yet multiplied by scaling_factor (diffusers'
/// DiagonalGaussianDistribution).
struct LatentDistribution {
  torch::Tensor mean, std;  ///< [B,latent_channels,h,w]
  torch::Tensor sample(const torch::Tensor& noise) const { return mean + std * noise; }
  /// From [B,2*latent_channels,h,w]: the mean, then the logarithm of the variance, held to -30 ... 20.
  static LatentDistribution from_moments(const torch::Tensor& moments);
};

/// diffusers' AutoencoderKL, equal in numbers and names.
class AutoencoderKLImpl : public Module {
 public:
  explicit AutoencoderKLImpl(const AutoencoderKLConfig& config);
  ~AutoencoderKLImpl() override;
  /// pixels [B,3,H,W] in [-1,1] -> latents, unscaled.
  LatentDistribution encode(const torch::Tensor& pixels);
  /// The same before it is read as a distribution: [B,2*latent_channels,h,w].
  torch::Tensor encode_moments(const torch::Tensor& pixels);
  /// latents [B,latent_channels,h,w], unscaled (divide by scaling_factor first) -> pixels [B,3,H,W].
  torch::Tensor decode(const torch::Tensor& latents);
  const AutoencoderKLConfig config;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
using AutoencoderKL = Held<AutoencoderKLImpl>;

}  // namespace big
