#include "network_size.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

constexpr uint64_t kAlwaysAllowed = uint64_t{1} << 28;
constexpr uint64_t kKernel = 9;  ///< of a 3x3 convolution

uint64_t square(int64_t width) { return static_cast<uint64_t>(width) * static_cast<uint64_t>(width); }

/// So many resnets in a row: two convolutions each; the first one's input may be narrower.
uint64_t resnets(int64_t width, int64_t count) {
  return kKernel * square(width) * static_cast<uint64_t>(2 * count - 1);
}

/// One transformer layer: self-attention 4 w^2, cross-attention 2 w^2 + 2 w c, the gated feed-forward 12 w^2.
/// A config may ask for a hundred thousand thin ones, whose objects and names take memory as well.
uint64_t transformer_layer(int64_t width, int64_t context) {
  constexpr uint64_t kObjects = 4096;
  const uint64_t values =
      18 * square(width) + 2 * static_cast<uint64_t>(width) * static_cast<uint64_t>(context);
  return std::max(values, kObjects);
}

}  // namespace

uint64_t least_values(const UNet2DConditionConfig& config) {
  const size_t levels = config.block_out_channels.size();
  uint64_t values = resnets(config.block_out_channels.back(), 2);
  for (size_t level = 0; level < levels; ++level) {
    const int64_t width = config.block_out_channels[level], layers = config.layers_per_block[level];
    const uint64_t transformer = static_cast<uint64_t>(config.transformer_layers_per_block[level]) *
                                 transformer_layer(width, config.cross_attention_dim[level]);
    values += resnets(width, layers) + resnets(width, layers + 1);
    if (config.down_block_types[level].starts_with("CrossAttn"))
      values += static_cast<uint64_t>(layers) * transformer;
    if (config.up_block_types[levels - 1 - level].starts_with("CrossAttn"))
      values += static_cast<uint64_t>(layers + 1) * transformer;
  }
  return values;
}

uint64_t least_values(const AutoencoderKLConfig& config) {
  uint64_t values = 2 * resnets(config.block_out_channels.back(), 2);
  for (const int64_t width : config.block_out_channels)
    values += resnets(width, config.layers_per_block) + resnets(width, config.layers_per_block + 1);
  return values;
}

uint64_t least_values(const ClipTextConfig& config) {
  const auto width = static_cast<uint64_t>(config.hidden_size);
  const uint64_t layer =
      4 * square(config.hidden_size) + 2 * width * static_cast<uint64_t>(config.intermediate_size);
  return width * static_cast<uint64_t>(config.vocab_size + config.max_position_embeddings) +
         layer * static_cast<uint64_t>(config.num_hidden_layers);
}

void check_network_size(uint64_t least_values, uint64_t stored_values, const std::string& where) {
  if (least_values <= kAlwaysAllowed || stored_values >= least_values / 2) return;
  throw InputError(concat(where, ": describes a network of at least ", least_values,
                          " numbers, the weights beside it hold ", stored_values,
                          " (config.json and weights of different models, or one of them damaged?)"));
}

}  // namespace big
