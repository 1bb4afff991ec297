#include "big/networks/autoencoder_kl.h"

#include <torch/types.h>

#include "layers.h"
#include "rows_apart.h"
#include "vae_blocks.h"

namespace big {

LatentDistribution LatentDistribution::from_moments(const torch::Tensor& moments) {
  const auto halves = moments.chunk(2, 1);
  return {halves[0], torch::exp(0.5 * halves[1].clamp(-30.0, 20.0))};
}

struct AutoencoderKLImpl::Parts {
  VaeEncoder encoder{nullptr};
  VaeDecoder decoder{nullptr};
  Conv2d quant_conv{nullptr}, post_quant_conv{nullptr};
};

AutoencoderKLImpl::AutoencoderKLImpl(const AutoencoderKLConfig& c) : config(c), parts_(new Parts) {
  const int64_t latent = config.latent_channels;
  parts_->encoder = register_module("encoder", VaeEncoder(config));
  parts_->decoder = register_module("decoder", VaeDecoder(config));
  if (config.use_quant_conv)
    parts_->quant_conv = register_module("quant_conv", conv_1x1(2 * latent, 2 * latent));
  if (config.use_post_quant_conv) {
    parts_->post_quant_conv = register_module("post_quant_conv", conv_1x1(latent, latent));
  }
}

AutoencoderKLImpl::~AutoencoderKLImpl() = default;

torch::Tensor AutoencoderKLImpl::encode_moments(const torch::Tensor& pixels) {
  const auto encode = [this](const std::vector<torch::Tensor>& in) {
    const auto moments = parts_->encoder(in.front());
    return parts_->quant_conv ? parts_->quant_conv(moments) : moments;
  };
  return rows_apart(encode, {pixels}, [this] { return parameters(); });
}

LatentDistribution AutoencoderKLImpl::encode(const torch::Tensor& pixels) {
  return LatentDistribution::from_moments(encode_moments(pixels));
}

torch::Tensor AutoencoderKLImpl::decode(const torch::Tensor& latents) {
  const auto decode = [this](const std::vector<torch::Tensor>& in) {
    return parts_->decoder(parts_->post_quant_conv ? parts_->post_quant_conv(in.front()) : in.front());
  };
  return rows_apart(decode, {latents}, [this] { return parameters(); });
}

}  // namespace big
