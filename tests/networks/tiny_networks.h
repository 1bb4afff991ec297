#pragma once

#include "big/core/json.h"
#include "big/networks/autoencoder_kl.h"
#include "big/networks/clip_text_model.h"
#include "big/networks/unet_2d_condition.h"
#include "big/weights/state_dict.h"
#include "support/parity.h"

namespace big {

/// The three networks of a reference model.
struct TinyNetworks {
  ClipTextModel text_encoder{nullptr};
  UNet2DCondition unet{nullptr};
  AutoencoderKL vae{nullptr};

  TinyNetworks(const std::string& family, torch::ScalarType dtype) {
    const auto folder = references(family) / "model";
    text_encoder = ClipTextModel(read_config<ClipTextConfig>(folder / "text_encoder"));
    load_weights(*text_encoder, folder / "text_encoder", "model");
    unet = UNet2DCondition(read_config<UNet2DConditionConfig>(folder / "unet"));
    load_weights(*unet, folder / "unet", "diffusion_pytorch_model");
    vae = AutoencoderKL(read_config<AutoencoderKLConfig>(folder / "vae"));
    load_weights(*vae, folder / "vae", "diffusion_pytorch_model");
    text_encoder->to(dtype);
    unet->to(dtype);
    vae->to(dtype);
  }

  /// A part by its name in the references.
  torch::nn::Module& module(const std::string& part) {
    if (part == "text_encoder") return *text_encoder;
    if (part.starts_with("unet")) return *unet;
    return *vae;
  }

 private:
  template <class Config>
  static Config read_config(const std::filesystem::path& folder) {
    const auto file = folder / "config.json";
    return Config::from_json(read_json(file), file.string());
  }
};

}  // namespace big
