#include "block_runner.h"

#include "clip_layers.h"
#include "timestep_embedding.h"
#include "unet_blocks.h"
#include "vae_blocks.h"

namespace big {
namespace {

using Outputs = std::vector<torch::Tensor>;

std::vector<torch::Tensor> skips(const RecordedInput& input) {
  std::vector<torch::Tensor> result;
  for (int i = 0; input("res_hidden_states_tuple." + std::to_string(i)).defined(); ++i) {
    result.push_back(input("res_hidden_states_tuple." + std::to_string(i)));
  }
  return result;
}

std::optional<Outputs> run_unet_block(Module& module, const RecordedInput& input) {
  const auto hidden = input("hidden_states"), context = input("encoder_hidden_states");
  const UNetInputs inputs{.time = input("temb"), .context = context};
  if (auto* block = module.as<ResnetBlock2DImpl>())
    return Outputs{block->forward(input("input_tensor"), inputs.time)};
  if (auto* block = module.as<Transformer2DImpl>()) return Outputs{block->forward(hidden, context)};
  if (auto* block = module.as<BasicTransformerBlockImpl>()) return Outputs{block->forward(hidden, context)};
  if (auto* block = module.as<AttentionImpl>()) {
    return Outputs{block->forward(hidden, context.defined() ? context : hidden)};
  }
  if (auto* block = module.as<FeedForwardImpl>()) return Outputs{block->forward(hidden)};
  if (auto* block = module.as<Downsample2DImpl>()) return Outputs{block->forward(hidden)};
  if (auto* block = module.as<Upsample2DImpl>()) return Outputs{block->forward(hidden)};
  if (auto* block = module.as<TimestepEmbeddingImpl>()) {
    return Outputs{block->forward(input("sample"), input("condition"))};
  }
  if (auto* block = module.as<UNetDownBlockImpl>()) return block->forward(hidden, inputs);
  if (auto* block = module.as<UNetMidBlockImpl>()) return Outputs{block->forward(hidden, inputs)};
  if (auto* block = module.as<UNetUpBlockImpl>()) {
    auto from_below = skips(input);
    return Outputs{block->forward(hidden, from_below, inputs, std::nullopt)};
  }
  return std::nullopt;
}

std::optional<Outputs> run_vae_block(Module& module, const RecordedInput& input) {
  const auto hidden = input("hidden_states");
  if (auto* block = module.as<VaeAttentionImpl>()) return Outputs{block->forward(hidden)};
  if (auto* block = module.as<VaeMidBlockImpl>()) return Outputs{block->forward(hidden)};
  if (auto* block = module.as<VaeDownBlockImpl>()) return Outputs{block->forward(hidden)};
  if (auto* block = module.as<VaeUpBlockImpl>()) return Outputs{block->forward(hidden)};
  if (auto* block = module.as<VaeEncoderImpl>()) return Outputs{block->forward(input("sample"))};
  if (auto* block = module.as<VaeDecoderImpl>()) return Outputs{block->forward(input("sample"))};
  return std::nullopt;
}

std::optional<Outputs> run_clip_block(Module& module, const RecordedInput& input) {
  if (auto* block = module.as<ClipTextEmbeddingsImpl>()) return Outputs{block->forward(input("input_ids"))};
  if (auto* block = module.as<ClipAttentionImpl>()) return Outputs{block->forward(input("hidden_states"))};
  if (auto* block = module.as<ClipMlpImpl>()) return Outputs{block->forward(input("hidden_states"))};
  if (auto* block = module.as<ClipEncoderLayerImpl>()) return Outputs{block->forward(input("hidden_states"))};
  return std::nullopt;
}

}  // namespace

std::optional<Outputs> run_block(Module& module, const RecordedInput& input) {
  for (const auto run : {run_unet_block, run_vae_block, run_clip_block}) {
    if (auto outputs = run(module, input)) return outputs;
  }
  return std::nullopt;
}

}  // namespace big
