#include "training/tiny_model.h"

#include <torch/types.h>

namespace big {

namespace {

class ByteTokenizer : public Tokenizer {
 public:
  std::vector<int64_t> encode(std::string_view text) const override {
    std::vector<int64_t> ids;
    for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
    return ids;
  }
  std::string decode(const std::vector<int64_t>& ids) const override { return {ids.begin(), ids.end()}; }
  std::string piece(int64_t id) const override { return {static_cast<char>(id)}; }
  int64_t vocab_size() const override { return 258; }
  int64_t bos_id() const override { return 256; }
  int64_t eos_id() const override { return 257; }
  int64_t pad_id() const override { return 257; }
  int64_t max_length() const override { return 12; }
};

UNet2DConditionConfig unet_config() {
  UNet2DConditionConfig config;
  config.sample_size = 8;
  config.block_out_channels = {16, 32};
  config.down_block_types = {"CrossAttnDownBlock2D", "DownBlock2D"};
  config.up_block_types = {"UpBlock2D", "CrossAttnUpBlock2D"};
  config.layers_per_block = {1, 1};
  config.attention_heads = {2, 2};
  config.transformer_layers_per_block = {1, 1};
  config.cross_attention_dim = {16, 16};
  config.norm_num_groups = 4;
  return config;
}

AutoencoderKLConfig vae_config() {
  AutoencoderKLConfig config;
  config.block_out_channels = {8, 16};
  config.norm_num_groups = 4;
  config.sample_size = 16;
  return config;
}

ClipTextConfig text_config() {
  ClipTextConfig config;
  config.vocab_size = 258;
  config.hidden_size = 16;
  config.intermediate_size = 32;
  config.num_hidden_layers = 1;
  config.num_attention_heads = 2;
  config.max_position_embeddings = 12;
  return config;
}

/// With random weights in `dtype`, frozen.
template <class Network>
Network ready(Network network, torch::ScalarType dtype) {
  initialize(*network);
  network->to(dtype);
  for (auto& parameter : network->parameters()) parameter.requires_grad_(false);
  return network;
}

}  // namespace

StableDiffusion tiny_model(torch::ScalarType dtype) {
  torch::manual_seed(1);
  StableDiffusion model;
  model.tokenizer = std::make_shared<ByteTokenizer>();
  model.text_encoder = ready(ClipTextModel(text_config()), dtype);
  model.unet = ready(UNet2DCondition(unet_config()), dtype);
  model.vae = ready(AutoencoderKL(vae_config()), dtype);
  model.schedule = std::make_shared<NoiseSchedule>(NoiseScheduleConfig{});
  model.dtype = dtype;
  return model;
}

StableDiffusion tiny_sdxl(torch::ScalarType dtype) {
  auto model = tiny_model(dtype);
  auto text = text_config();
  text.projection_dim = 8;
  model.tokenizer_2 = model.tokenizer;
  model.text_encoder_2 = ready(ClipTextModel(text), dtype);
  auto unet = unet_config();
  unet.cross_attention_dim = {32, 32};
  unet.addition_time_embed_dim = 4;
  unet.projection_class_embeddings_input_dim = 8 + 6 * 4;
  model.unet = ready(UNet2DCondition(unet), dtype);
  return model;
}

std::vector<Example> tiny_examples(size_t count, const std::string& prompt, uint64_t seed) {
  torch::manual_seed(seed);
  std::vector<Example> examples(count);
  for (auto& example : examples) {
    example.latent_mean = 5 * torch::randn({4, 8, 8});
    example.latent_std = torch::full({4, 8, 8}, 0.1);
    example.prompt = prompt;
  }
  return examples;
}

TrainingData quick_data() { return {tiny_examples(3, "sks dog", 1), tiny_examples(2, "dog", 2), {}}; }

std::vector<torch::Tensor> weights_of(const Module& module) {
  std::vector<torch::Tensor> copies;
  for (const auto& parameter : module.parameters()) copies.push_back(parameter.detach().clone());
  return copies;
}

bool equal_weights(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
           return x.dtype() == y.dtype() && torch::equal(x, y);
         });
}

}  // namespace big
