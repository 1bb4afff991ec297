#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/networks/unet_2d_condition.h"
#include "config_reader.h"

namespace big {
namespace {

constexpr const char* kTextTime = "text_time";

/// Everything else that diffusers' class can do, and what it must say for this network to be the same.
void refuse_other_architectures(const JsonView& view, const Json& config) {
  const std::vector<std::pair<std::string, std::vector<Json>>> supported = {
      {"_class_name", {"UNet2DConditionModel"}},
      {"act_fn", {"silu", "swish"}},
      {"addition_embed_type", {nullptr, kTextTime}},
      {"attention_type", {"default"}},
      {"center_input_sample", {false}},
      {"class_embed_type", {nullptr}},
      {"class_embeddings_concat", {false}},
      {"conv_in_kernel", {3}},
      {"conv_out_kernel", {3}},
      {"cross_attention_norm", {nullptr}},
      {"dropout", {0}},
      {"dual_cross_attention", {false}},
      {"encoder_hid_dim", {nullptr}},
      {"encoder_hid_dim_type", {nullptr}},
      {"mid_block_only_cross_attention", {nullptr, false}},
      {"mid_block_scale_factor", {1}},
      {"mid_block_type", {"UNetMidBlock2DCrossAttn"}},
      {"num_attention_heads", {nullptr}},
      {"num_class_embeds", {nullptr}},
      {"only_cross_attention", {false}},
      {"resnet_out_scale_factor", {1}},
      {"resnet_skip_time_act", {false}},
      {"resnet_time_scale_shift", {"default"}},
      {"reverse_transformer_layers_per_block", {nullptr}},
      {"time_embedding_act_fn", {nullptr}},
      {"time_embedding_dim", {nullptr}},
      {"time_embedding_type", {"positional"}},
      {"timestep_post_act", {nullptr}},
  };
  for (const auto& [key, allowed] : supported) require_one_of(view, config, key, allowed);
}

std::vector<std::string> block_types(const JsonView& view,
                                     const std::string& key,
                                     const std::vector<std::string>& fallback,
                                     const std::vector<std::string>& known,
                                     size_t levels) {
  const auto types = view.get<std::vector<std::string>>(key, fallback);
  if (types.size() != levels) {
    throw InputError(concat(view.where(), ": '", key, "' has ", types.size(), " entries, expected ", levels,
                            " (one a level, as block_out_channels)"));
  }
  for (const auto& type : types) {
    if (std::find(known.begin(), known.end(), type) == known.end()) {
      throw InputError(
          concat(view.where(), ": '", key, "' holds ", type, ", supported: ", join(known, " or ")));
    }
  }
  return types;
}

/// SDXL: the pooled text and some time ids, each embedded, side by side.
void read_added_conditions(const JsonView& view, UNet2DConditionConfig& result) {
  result.addition_time_embed_dim = bounded(view, "addition_time_embed_dim", 0, 1, kMaxWidth);
  result.projection_class_embeddings_input_dim = bounded(view, "projection_class_embeddings_input_dim", 0,
                                                         result.addition_time_embed_dim + 1, 8 * kMaxWidth);
}

}  // namespace

UNet2DConditionConfig UNet2DConditionConfig::from_json(const Json& config, const std::string& where) {
  const JsonView view(config, where);
  refuse_other_architectures(view, config);

  UNet2DConditionConfig result;
  result.block_out_channels = level_widths(view, result.block_out_channels);
  const size_t levels = result.block_out_channels.size();
  result.down_block_types = block_types(view, "down_block_types", result.down_block_types,
                                        {"CrossAttnDownBlock2D", "DownBlock2D"}, levels);
  result.up_block_types =
      block_types(view, "up_block_types", result.up_block_types, {"CrossAttnUpBlock2D", "UpBlock2D"}, levels);

  result.sample_size = square_size(view, "sample_size", result.sample_size);
  result.in_channels = bounded(view, "in_channels", result.in_channels, 1, kMaxWidth);
  result.out_channels = bounded(view, "out_channels", result.out_channels, 1, kMaxWidth);
  result.layers_per_block = per_level(view, "layers_per_block", 2, levels, kMaxLayers);
  result.attention_heads = per_level(view, "attention_head_dim", 8, levels, kMaxWidth);
  result.transformer_layers_per_block =
      per_level(view, "transformer_layers_per_block", 1, levels, kMaxLayers);
  result.cross_attention_dim = per_level(view, "cross_attention_dim", 1280, levels, kMaxWidth);

  result.norm_num_groups = bounded(view, "norm_num_groups", result.norm_num_groups, 1, kMaxWidth);
  require_divisible(view, "norm_num_groups", result.block_out_channels, result.norm_num_groups);
  for (size_t i = 0; i < levels; ++i) {
    require_divisible(view, "attention_head_dim", {result.block_out_channels[i]}, result.attention_heads[i]);
  }
  result.norm_eps = bounded_number(view, "norm_eps", result.norm_eps, 0, kMaxEps);
  result.downsample_padding = bounded(view, "downsample_padding", result.downsample_padding, 0, 1);
  result.flip_sin_to_cos = view.get<bool>("flip_sin_to_cos", result.flip_sin_to_cos);
  result.freq_shift = bounded_number(view, "freq_shift", result.freq_shift, 0, 1);
  if (config.value("addition_embed_type", Json()) == kTextTime) read_added_conditions(view, result);
  if (view.has("time_cond_proj_dim"))
    result.time_cond_proj_dim = bounded(view, "time_cond_proj_dim", 0, 4, kMaxWidth);
  result.use_linear_projection = view.get<bool>("use_linear_projection", result.use_linear_projection);
  result.upcast_attention = view.get<bool>("upcast_attention", result.upcast_attention);
  return result;
}

}  // namespace big
