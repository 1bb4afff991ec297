#include "big/pipeline/stable_diffusion.h"

#include <torch/torch.h>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/weights/state_dict.h"
#include "model_folder.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// One network of the folder: its config says the shape, its weights fill it.
template <class Network, class Config>
Network load_network(const fs::path& folder, const std::string& stem, const LoadOptions& options) {
  const auto config_path = folder / "config.json";
  Network network(Config::from_json(read_json(config_path), config_path.string()));
  network->eval();
  network->to(options.device, options.dtype);
  for (auto& parameter : network->parameters()) parameter.requires_grad_(false);
  load_weights(*network, folder, stem);
  return network;
}

/// The parts of one folder must fit each other, else the first forward pass would fail with a riddle.
void check_parts_fit(const StableDiffusion& model) {
  const auto refuse = [&](const std::string& what, int64_t found, const std::string& to, int64_t expected) {
    throw InputError(concat(model.folder.string(), ": ", what, " is ", found, ", expected ", expected, " as ",
                            to, "; the parts of this folder are not of one model"));
  };
  const auto& unet = model.unet->config;
  const auto& text = model.text_encoder->config;
  const auto latents = model.vae->config.latent_channels;
  if (unet.in_channels != latents)
    refuse("the UNet's in_channels", unet.in_channels, "the VAE's latent_channels", latents);
  if (unet.out_channels != latents)
    refuse("the UNet's out_channels", unet.out_channels, "the VAE's latent_channels", latents);
  for (const auto width : unet.cross_attention_dim)
    if (width != text.hidden_size)
      refuse("the UNet's cross_attention_dim", width, "the text encoder's hidden_size", text.hidden_size);
  if (model.tokenizer->max_length() > text.max_position_embeddings)
    refuse("the tokenizer's text window", model.tokenizer->max_length(),
           "at most the text encoder's max_position_embeddings", text.max_position_embeddings);
  if (model.tokenizer->vocab_size() > text.vocab_size)
    refuse("the tokenizer's vocabulary", model.tokenizer->vocab_size(),
           "at most the text encoder's vocab_size", text.vocab_size);
}

}  // namespace

StableDiffusion load_model(const fs::path& folder, const LoadOptions& options) {
  const torch::NoGradGuard no_grad;
  check_model_index(folder);
  StableDiffusion model;
  model.folder = folder;
  model.device = options.device;
  model.dtype = options.dtype;
  model.schedule = std::make_shared<const NoiseSchedule>(read_schedule_config(folder));
  model.tokenizer = load_tokenizer(folder / "tokenizer");
  model.text_encoder = load_network<ClipTextModel, ClipTextConfig>(folder / "text_encoder", "model", options);
  model.unet = load_network<UNet2DCondition, UNet2DConditionConfig>(folder / "unet",
                                                                    "diffusion_pytorch_model", options);
  model.vae =
      load_network<AutoencoderKL, AutoencoderKLConfig>(folder / "vae", "diffusion_pytorch_model", options);
  check_parts_fit(model);
  return model;
}

torch::Tensor encode_prompts(StableDiffusion& model, const std::vector<std::string>& prompts) {
  std::vector<torch::Tensor> rows;
  for (const auto& prompt : prompts)
    rows.push_back(torch::tensor(model.tokenizer->encode_padded(prompt).ids));
  return model.text_encoder->forward(torch::stack(rows).to(model.device));  // [n,T] -> [n,T,D]
}

}  // namespace big
