#include "big/core/error.h"
#include "big/core/text.h"
#include "big/networks/autoencoder_kl.h"
#include "config_reader.h"

namespace big {
namespace {

// Latents are divided by it; published ones lie around 0.2.
constexpr double kLeastScalingFactor = 1e-4, kMostScalingFactor = 1e4;

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
  result.scaling_factor =
      bounded_number(view, "scaling_factor", result.scaling_factor, kLeastScalingFactor, kMostScalingFactor);
  result.use_quant_conv = view.get<bool>("use_quant_conv", result.use_quant_conv);
  result.use_post_quant_conv = view.get<bool>("use_post_quant_conv", result.use_post_quant_conv);
  result.mid_block_add_attention = view.get<bool>("mid_block_add_attention", result.mid_block_add_attention);
  result.force_upcast = view.get<bool>("force_upcast", result.force_upcast);
  result.sample_size = square_size(view, "sample_size", result.sample_size);
  return result;
}

}  // namespace big
