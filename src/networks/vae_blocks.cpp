#include "vae_blocks.h"

#include <torch/types.h>

#include "attention.h"

namespace big {
namespace {

constexpr double kNormEps = 1e-6;  // diffusers' constant for the whole VAE, in no config

ResnetBlock2D vae_resnet(int64_t in, int64_t out, int64_t norm_num_groups) {
  return ResnetBlock2D(
      ResnetOptions{.in = in, .out = out, .norm_num_groups = norm_num_groups, .norm_eps = kNormEps});
}

}  // namespace

VaeAttentionImpl::VaeAttentionImpl(int64_t channels, int64_t norm_num_groups) {
  group_norm_ = register_module("group_norm", group_norm(norm_num_groups, channels, kNormEps));
  to_q_ = register_module("to_q", linear(channels, channels));
  to_k_ = register_module("to_k", linear(channels, channels));
  to_v_ = register_module("to_v", linear(channels, channels));
  to_out_ = register_module("to_out", module_vector<Linear>());
  to_out_->push_back(linear(channels, channels));
}

torch::Tensor VaeAttentionImpl::forward(const torch::Tensor& x) {
  const auto cells = group_norm_(x).flatten(2).transpose(1, 2);  // [B,h*w,channels]
  const auto query = split_heads(to_q_(cells), 1), key = split_heads(to_k_(cells), 1);
  const auto value = split_heads(to_v_(cells), 1);

  const auto attended = merge_heads(at::scaled_dot_product_attention(query, key, value));
  return (*to_out_)[0](attended).transpose(1, 2).reshape(x.sizes()) + x;
}

VaeMidBlockImpl::VaeMidBlockImpl(int64_t channels, const AutoencoderKLConfig& config) {
  attentions_ = register_module("attentions", module_vector<VaeAttention>());
  resnets_ = register_module("resnets", module_vector<ResnetBlock2D>());
  resnets_->push_back(vae_resnet(channels, channels, config.norm_num_groups));
  if (config.mid_block_add_attention) attentions_->push_back(VaeAttention(channels, config.norm_num_groups));
  resnets_->push_back(vae_resnet(channels, channels, config.norm_num_groups));
}

torch::Tensor VaeMidBlockImpl::forward(const torch::Tensor& x) {
  auto hidden = (*resnets_)[0](x);
  for (auto& attention : *attentions_) hidden = attention(hidden);
  return (*resnets_)[1](hidden);
}

VaeDownBlockImpl::VaeDownBlockImpl(const VaeBlockOptions& options) {
  resnets_ = register_module("resnets", module_vector<ResnetBlock2D>());
  downsamplers_ = register_module("downsamplers", module_vector<Downsample2D>());
  for (int64_t i = 0; i < options.layers; ++i) {
    resnets_->push_back(vae_resnet(i == 0 ? options.in : options.out, options.out, options.norm_num_groups));
  }
  if (options.resample) downsamplers_->push_back(Downsample2D(options.out, /*padding=*/0));
}

torch::Tensor VaeDownBlockImpl::forward(torch::Tensor x) {
  for (auto& resnet : *resnets_) x = resnet(x);
  for (auto& downsampler : *downsamplers_) x = downsampler(x);
  return x;
}

VaeUpBlockImpl::VaeUpBlockImpl(const VaeBlockOptions& options) {
  resnets_ = register_module("resnets", module_vector<ResnetBlock2D>());
  upsamplers_ = register_module("upsamplers", module_vector<Upsample2D>());
  for (int64_t i = 0; i < options.layers; ++i) {
    resnets_->push_back(vae_resnet(i == 0 ? options.in : options.out, options.out, options.norm_num_groups));
  }
  if (options.resample) upsamplers_->push_back(Upsample2D(options.out));
}

torch::Tensor VaeUpBlockImpl::forward(torch::Tensor x) {
  for (auto& resnet : *resnets_) x = resnet(x);
  for (auto& upsampler : *upsamplers_) x = upsampler(x);
  return x;
}

VaeEncoderImpl::VaeEncoderImpl(const AutoencoderKLConfig& config) {
  const auto& widths = config.block_out_channels;
  conv_in_ = register_module("conv_in", conv_3x3(config.in_channels, widths.front()));
  down_blocks_ = register_module("down_blocks", module_vector<VaeDownBlock>());
  for (size_t i = 0; i < widths.size(); ++i) {
    down_blocks_->push_back(VaeDownBlock(VaeBlockOptions{.in = widths[i == 0 ? 0 : i - 1],
                                                         .out = widths[i],
                                                         .layers = config.layers_per_block,
                                                         .norm_num_groups = config.norm_num_groups,
                                                         .resample = i + 1 < widths.size()}));
  }
  mid_block_ = register_module("mid_block", VaeMidBlock(widths.back(), config));
  conv_norm_out_ =
      register_module("conv_norm_out", group_norm(config.norm_num_groups, widths.back(), kNormEps));
  conv_out_ = register_module("conv_out", conv_3x3(widths.back(), 2 * config.latent_channels));
}

torch::Tensor VaeEncoderImpl::forward(const torch::Tensor& pixels) {
  auto x = conv_in_(pixels);
  for (auto& block : *down_blocks_) x = block(x);
  x = mid_block_(x);
  return conv_out_(torch::silu(conv_norm_out_(x)));
}

VaeDecoderImpl::VaeDecoderImpl(const AutoencoderKLConfig& config) {
  const auto& widths = config.block_out_channels;
  conv_in_ = register_module("conv_in", conv_3x3(config.latent_channels, widths.back()));
  mid_block_ = register_module("mid_block", VaeMidBlock(widths.back(), config));
  up_blocks_ = register_module("up_blocks", module_vector<VaeUpBlock>());
  for (size_t level = widths.size(); level-- > 0;) {  // from the deepest up
    up_blocks_->push_back(VaeUpBlock(VaeBlockOptions{.in = widths[std::min(level + 1, widths.size() - 1)],
                                                     .out = widths[level],
                                                     .layers = config.layers_per_block + 1,
                                                     .norm_num_groups = config.norm_num_groups,
                                                     .resample = level > 0}));
  }
  conv_norm_out_ =
      register_module("conv_norm_out", group_norm(config.norm_num_groups, widths.front(), kNormEps));
  conv_out_ = register_module("conv_out", conv_3x3(widths.front(), config.out_channels));
}

torch::Tensor VaeDecoderImpl::forward(const torch::Tensor& latents) {
  auto x = mid_block_(conv_in_(latents));
  for (auto& block : *up_blocks_) x = block(x);
  return conv_out_(torch::silu(conv_norm_out_(x)));
}

}  // namespace big
