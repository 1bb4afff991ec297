#include "model_readers.h"

#include <torch/types.h>

#include "big/core/json.h"
#include "big/networks/clip_text_model.h"
#include "big/networks/unet_2d_condition.h"
#include "big/weights/safetensors.h"
#include "big/weights/state_dict.h"
#include "big/weights/stored_model.h"
#include "big/weights/stored_size.h"
#include "big/weights/vae_file.h"
#include "scratch_folder.h"

namespace big::fuzz {
namespace fs = std::filesystem;
namespace {

const fs::path kSeeds = "tests/fuzz/seeds";
constexpr size_t kReadBytes = 1 << 20;

}  // namespace

void use_tensors(const StoredTensors& tensors) {
  for (const auto& [name, stored] : tensors) {
    const auto shape = stored.shape();
    const torch::Tensor tensor = stored.tensor();
    require(tensor.sizes() == shape, "a stored tensor has the shape that it says");
    if (tensor.nbytes() <= kReadBytes) tensor.contiguous();
  }
  stored_size(tensors);
}

void use_model(const StoredModel& model) {
  for (const auto& [part, tensors] : model.parts) use_tensors(tensors);
  use_tensors(model.extra);
}

namespace {

void read_safetensors_model(const std::string& bytes) {
  static const ScratchFolder folder;
  use_model(read_single_file(folder.write("a.safetensors", bytes)));
}

/// The moving average, which most files do not hold.
void read_moving_average(const std::string& bytes) {
  static const ScratchFolder folder;
  use_model(read_single_file(folder.write("a.safetensors", bytes), {"v_prediction", UNetWeights::kMovingAverage}));
}

void read_checkpoint_model(const std::string& bytes) {
  static const ScratchFolder folder;
  use_model(read_single_file(folder.write("a.ckpt", bytes)));
}

/// What stands in the metadata of a single file that BIG wrote.
void read_model_metadata(const std::string& bytes) {
  static const ScratchFolder folder;
  Json header = {{"__metadata__", {{"big.configs", bytes}}}};
  constexpr size_t kFloat = 4;
  size_t at = 0;
  for (const char* name : {"cond_stage_model.model.ln_final.weight",
                           "cond_stage_model.transformer.text_model.final_layer_norm.weight",
                           "conditioner.embedders.1.model.ln_final.weight", "first_stage_model.quant_conv.bias",
                           "model.diffusion_model.input_blocks.0.0.bias"}) {
    header[name] = {{"dtype", "F32"}, {"shape", {1}}, {"data_offsets", {at, at + kFloat}}};
    at += kFloat;
  }
  // Text that is no UTF-8 cannot stand in a header.
  const std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  const uint64_t length = text.size();
  std::string file(reinterpret_cast<const char*>(&length), sizeof length);
  file += text + std::string(at, '\0');
  use_model(read_single_file(folder.write("a.safetensors", file)));
}

/// A VAE's weights by themselves, and in a folder of their own.
void read_vae_weights(const std::string& bytes) {
  static const ScratchFolder folder;
  static const Json config = family_configs("sd1").at("vae");
  folder.write("config.json", config.dump());
  const auto file = folder.write("diffusion_pytorch_model.safetensors", bytes);
  use_tensors(read_vae(file, config).tensors);
  use_tensors(read_vae(folder.path(), config).tensors);
}

ClipTextModel smallest_text_encoder() {
  ClipTextConfig config;
  config.vocab_size = 5;
  config.hidden_size = 4;
  config.intermediate_size = 6;
  config.num_hidden_layers = config.num_attention_heads = 1;
  config.max_position_embeddings = 3;
  return ClipTextModel(config);
}

UNet2DCondition smallest_unet() {
  UNet2DConditionConfig config;
  config.block_out_channels = {4};
  config.down_block_types = {"DownBlock2D"};
  config.up_block_types = {"UpBlock2D"};
  config.layers_per_block = config.attention_heads = config.transformer_layers_per_block = {1};
  config.cross_attention_dim = {3};
  config.norm_num_groups = 1;
  return UNet2DCondition(config);
}

/// The smallest network of its kind, filled as a model is loaded, and as from a single tensor file.
void read_weights(const std::string& bytes) {
  static const ScratchFolder folder;
  static ClipTextModel text_encoder = smallest_text_encoder();
  static UNet2DCondition unet = smallest_unet();
  Module& network = bytes.find("conv_in.weight") == std::string::npos ? static_cast<Module&>(*text_encoder) : *unet;
  const fs::path file = folder.write("model.safetensors", bytes);
  stored_dtype(folder.path(), "model");
  const auto part = open_weights(folder.path(), "model");
  load_state_dict(network, part.tensors, part.where);
  load_state_dict(network, *open_tensor_file(file));
}

}  // namespace

std::vector<Reader> model_readers() {
  return {{"single_file", read_safetensors_model, mutate_safetensors, {kSeeds / "single_file"}},
          {"moving_average", read_moving_average, mutate_safetensors, {kSeeds / "moving_average"}},
          {"single_ckpt", read_checkpoint_model, mutate_checkpoint, {kSeeds / "single_ckpt"}},
          {"big_configs", read_model_metadata, mutate_json, {kSeeds / "big_configs"}},
          {"vae_file", read_vae_weights, mutate_safetensors, {kSeeds / "vae_file"}},
          {"weights", read_weights, mutate_safetensors, {kSeeds / "weights"}}};
}

}  // namespace big::fuzz
