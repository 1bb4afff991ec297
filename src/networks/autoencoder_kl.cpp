#include "big/networks/autoencoder_kl.h"

#include <torch/types.h>

#include "big/core/error.h"
#include "big/core/text.h"
#include "config_reader.h"
#include "layers.h"
#include "vae_blocks.h"

namespace big {
namespace {

void require_block_types(const JsonView& view,
                         const std::string& key,
                         const std::string& type,
                         size_t levels) {
  const auto types = view.get<std::vector<std::string>>(key, std::vector<std::string>(levels, type));
  for (const auto& one : types) {
    if (one != type)
      throw InputError(concat(view.where(), ": '", key, "' holds ", one, ", supported: ", type));
  }
  if (types.size() != levels) {
    throw InputError(concat(view.where(), ": '", key, "' has ", types.size(), " entries, expected ", levels,
                            " (one a level, as block_out_channels)"));
  }
}

}  // namespace

AutoencoderKLConfig AutoencoderKLConfig::from_json(const Json& config, const std::string& where) {
  const JsonView view(config, where);
  require_one_of(view, config, "_class_name", {"AutoencoderKL"});
  require_one_of(view, config, "act_fn", {"silu", "swish"});
  for (const char* key : {"shift_factor", "latents_mean", "latents_std"})
    require_one_of(view, config, key, {nullptr});

  AutoencoderKLConfig result;
  result.block_out_channels = level_widths(view, result.block_out_channels);
  const size_t levels = result.block_out_channels.size();
  require_block_types(view, "down_block_types", "DownEncoderBlock2D", levels);
  require_block_types(view, "up_block_types", "UpDecoderBlock2D", levels);

  result.in_channels = bounded(view, "in_channels", result.in_channels, 1, kMaxWidth);
  result.out_channels = bounded(view, "out_channels", result.out_channels, 1, kMaxWidth);
  result.latent_channels = bounded(view, "latent_channels", result.latent_channels, 1, kMaxWidth);
  result.layers_per_block = bounded(view, "layers_per_block", result.layers_per_block, 1, kMaxLayers);
  result.norm_num_groups = bounded(view, "norm_num_groups", result.norm_num_groups, 1, kMaxWidth);
  require_divisible(view, "norm_num_groups", result.block_out_channels, result.norm_num_groups);
  result.scaling_factor = view.get<double>("scaling_factor", result.scaling_factor);
  result.use_quant_conv = view.get<bool>("use_quant_conv", result.use_quant_conv);
  result.use_post_quant_conv = view.get<bool>("use_post_quant_conv", result.use_post_quant_conv);
  result.mid_block_add_attention = view.get<bool>("mid_block_add_attention", result.mid_block_add_attention);
  result.force_upcast = view.get<bool>("force_upcast", result.force_upcast);
  result.sample_size = square_size(view, "sample_size", result.sample_size);
  return result;
}

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
  const auto moments = parts_->encoder(pixels);
  return parts_->quant_conv ? parts_->quant_conv(moments) : moments;
}

LatentDistribution AutoencoderKLImpl::encode(const torch::Tensor& pixels) {
  return LatentDistribution::from_moments(encode_moments(pixels));
}

torch::Tensor AutoencoderKLImpl::decode(const torch::Tensor& latents) {
  return parts_->decoder(parts_->post_quant_conv ? parts_->post_quant_conv(latents) : latents);
}

}  // namespace big
