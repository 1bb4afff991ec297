#include "big/networks/unet_2d_condition.h"

#include <torch/types.h>

#include "big/core/text.h"
#include "layers.h"
#include "rows_apart.h"
#include "timestep_embedding.h"
#include "unet_blocks.h"

namespace big {
namespace {

constexpr int64_t kTimeWidthFactor = 4;  // diffusers: time_embed_dim = 4 * the first level's width

/// What the blocks of a level share, whichever way they lie.
UNetBlockOptions level_options(const UNet2DConditionConfig& config, size_t level) {
  UNetBlockOptions options;
  options.out = config.block_out_channels[level];
  options.layers = config.layers_per_block[level];
  options.downsample_padding = config.downsample_padding;
  options.resnet.time_width = kTimeWidthFactor * config.block_out_channels[0];
  options.resnet.norm_num_groups = config.norm_num_groups;
  options.resnet.norm_eps = config.norm_eps;
  options.transformer.context_width = config.cross_attention_dim[level];
  options.transformer.heads = config.attention_heads[level];
  options.transformer.layers = config.transformer_layers_per_block[level];
  options.transformer.norm_num_groups = config.norm_num_groups;
  options.transformer.use_linear_projection = config.use_linear_projection;
  options.transformer.upcast_attention = config.upcast_attention;
  return options;
}

UNetBlockOptions down_options(const UNet2DConditionConfig& config, size_t level) {
  auto options = level_options(config, level);
  options.in = config.block_out_channels[level == 0 ? 0 : level - 1];
  options.attend = config.down_block_types[level] == "CrossAttnDownBlock2D" ? Attend::kYes : Attend::kNo;
  options.resample = level + 1 < config.block_out_channels.size() ? Resample::kYes : Resample::kNo;
  return options;
}

/// Up blocks come in the order they run: `index` 0 is the deepest level.
UNetBlockOptions up_options(const UNet2DConditionConfig& config, size_t index) {
  const size_t levels = config.block_out_channels.size(), level = levels - 1 - index;
  auto options = level_options(config, level);
  options.in = config.block_out_channels[index == 0 ? level : level + 1];
  options.skip_in = config.block_out_channels[level == 0 ? 0 : level - 1];
  options.layers += 1;
  options.attend = config.up_block_types[index] == "CrossAttnUpBlock2D" ? Attend::kYes : Attend::kNo;
  options.resample = level > 0 ? Resample::kYes : Resample::kNo;
  return options;
}

UNetBlockOptions mid_options(const UNet2DConditionConfig& config) {
  auto options = level_options(config, config.block_out_channels.size() - 1);
  options.in = options.out;
  return options;
}

/// A condition that is missing or left over is a mistake of the program: it would silently change the
/// picture.
void check_added(const UNet2DConditionConfig& config, const AddedConditions& added) {
  const auto check = [](bool wanted, const torch::Tensor& given, const char* name) {
    if (wanted != given.defined()) {
      throw std::invalid_argument(
          concat("UNet2DCondition: ", name, wanted ? " is missing" : " is given to a config without it"));
    }
  };
  check(config.addition_time_embed_dim > 0, added.pooled, "pooled");
  check(config.addition_time_embed_dim > 0, added.time_ids, "time_ids");
  check(config.time_cond_proj_dim > 0, added.guidance_scale, "guidance_scale");
}

}  // namespace

struct UNet2DConditionImpl::Parts {
  Conv2d conv_in{nullptr}, conv_out{nullptr};
  TimestepEmbedding time_embedding{nullptr}, add_embedding{nullptr};
  ModuleVector<UNetDownBlock> down_blocks = module_vector<UNetDownBlock>();
  UNetMidBlock mid_block{nullptr};
  ModuleVector<UNetUpBlock> up_blocks = module_vector<UNetUpBlock>();
  GroupNorm conv_norm_out{nullptr};
  bool checkpointing = false, rows_apart = true;
};

UNet2DConditionImpl::UNet2DConditionImpl(const UNet2DConditionConfig& c) : config(c), parts_(new Parts) {
  const auto& widths = config.block_out_channels;
  auto& p = *parts_;
  p.conv_in = register_module("conv_in", conv_3x3(config.in_channels, widths[0]));
  const int64_t time_width = kTimeWidthFactor * widths[0];
  p.time_embedding = register_module(
      "time_embedding",
      TimestepEmbedding(TimestepEmbeddingOptions{widths[0], time_width, config.time_cond_proj_dim}));
  if (config.addition_time_embed_dim > 0) {
    p.add_embedding =
        register_module("add_embedding", TimestepEmbedding(TimestepEmbeddingOptions{
                                             config.projection_class_embeddings_input_dim, time_width}));
  }
  register_module("down_blocks", p.down_blocks);
  for (size_t i = 0; i < widths.size(); ++i) p.down_blocks->push_back(UNetDownBlock(down_options(config, i)));
  p.mid_block = register_module("mid_block", UNetMidBlock(mid_options(config)));
  register_module("up_blocks", p.up_blocks);
  for (size_t i = 0; i < widths.size(); ++i) p.up_blocks->push_back(UNetUpBlock(up_options(config, i)));
  p.conv_norm_out =
      register_module("conv_norm_out", group_norm(config.norm_num_groups, widths[0], config.norm_eps));
  p.conv_out = register_module("conv_out", conv_3x3(widths[0], config.out_channels));
}

UNet2DConditionImpl::~UNet2DConditionImpl() = default;

void UNet2DConditionImpl::set_gradient_checkpointing(bool on) { parts_->checkpointing = on; }
void UNet2DConditionImpl::set_rows_apart(bool on) { parts_->rows_apart = on; }

/// [B,time_width]: the time, and what is added to it.
torch::Tensor UNet2DConditionImpl::time_embedding(const torch::Tensor& sample,
                                                  const torch::Tensor& timestep,
                                                  const AddedConditions& added) {
  auto& p = *parts_;
  SinusoidOptions sinusoid{.width = config.block_out_channels[0],
                           .flip_sin_to_cos = config.flip_sin_to_cos,
                           .freq_shift = config.freq_shift};
  const auto times = timestep.to(sample.device()).reshape({-1}).expand({sample.size(0)});
  torch::Tensor condition;
  if (config.time_cond_proj_dim > 0)
    condition = guidance_sinusoid(added.guidance_scale, config.time_cond_proj_dim).to(sample.options());
  const auto time = p.time_embedding(timestep_sinusoid(times, sinusoid).to(sample.scalar_type()), condition);
  if (!p.add_embedding) return time;

  sinusoid.width = config.addition_time_embed_dim;
  const auto ids = timestep_sinusoid(added.time_ids.to(sample.device()).flatten(), sinusoid)
                       .reshape({sample.size(0), -1});  // [B,N*addition_time_embed_dim]
  return time + p.add_embedding(torch::cat({added.pooled, ids.to(sample.scalar_type())}, 1));
}

torch::Tensor UNet2DConditionImpl::forward(const torch::Tensor& sample,
                                           const torch::Tensor& timestep,
                                           const torch::Tensor& context,
                                           const AddedConditions& added) {
  check_added(config, added);
  if (!parts_->rows_apart) return of_rows(sample, timestep, context, added);
  const auto block = [this](const std::vector<torch::Tensor>& in) {
    return of_rows(in[0], in[1], in[2], {in[3], in[4], in[5]});
  };
  return big::rows_apart(block, {sample, timestep, context, added.pooled, added.time_ids, added.guidance_scale},
                         [this] { return parameters_with_adapters(*this); });
}

torch::Tensor UNet2DConditionImpl::of_rows(const torch::Tensor& sample,
                                           const torch::Tensor& timestep,
                                           const torch::Tensor& context,
                                           const AddedConditions& added) {
  auto& p = *parts_;
  const UNetInputs inputs{
      .time = time_embedding(sample, timestep, added), .context = context, .checkpointing = p.checkpointing};

  auto x = p.conv_in(sample);  // [B,widths[0],h,w]
  std::vector<torch::Tensor> skips = {x};
  for (auto& block : *p.down_blocks) {
    const auto states = block(x, inputs);
    x = states.back();
    skips.insert(skips.end(), states.begin(), states.end());
  }

  x = p.mid_block(x, inputs);

  // Sides that do not halve evenly all the way down come up in the size of the picture they will be joined
  // with.
  const int64_t factor = int64_t{1} << (config.block_out_channels.size() - 1);
  const bool uneven = sample.size(2) % factor != 0 || sample.size(3) % factor != 0;
  for (auto& block : *p.up_blocks) {
    OutputSize size;
    if (uneven && skips.size() > block->layers()) {
      const auto& next = skips[skips.size() - 1 - block->layers()];
      size = {next.size(2), next.size(3)};
    }
    x = block(x, skips, inputs, size);
  }

  return p.conv_out(torch::silu(p.conv_norm_out(x)));
}

}  // namespace big
