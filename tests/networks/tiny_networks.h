#pragma once

#include "big/core/json.h"
#include "big/networks/autoencoder_kl.h"
#include "big/networks/clip_text_model.h"
#include "big/networks/unet_2d_condition.h"
#include "big/weights/state_dict.h"
#include "support/parity.h"

namespace big {

/// The networks of a reference model, those that it has.
struct TinyNetworks {
  ClipTextModel text_encoder{nullptr}, text_encoder_2{nullptr};
  UNet2DCondition unet{nullptr};
  AutoencoderKL vae{nullptr};

  TinyNetworks(const std::string& family, torch::ScalarType dtype) {
    const auto folder = references(family) / "model";
    text_encoder = load_encoder(folder / "text_encoder", dtype);
    text_encoder_2 = load_encoder(folder / "text_encoder_2", dtype);
    unet = UNet2DCondition(read_config<UNet2DConditionConfig>(folder / "unet"));
    load_weights(*unet, folder / "unet", "diffusion_pytorch_model");
    vae = AutoencoderKL(read_config<AutoencoderKLConfig>(folder / "vae"));
    load_weights(*vae, folder / "vae", "diffusion_pytorch_model");
    unet->to(dtype);
    vae->to(dtype);
  }

  /// A part by its name in the references.
  Module& module(const std::string& part) {
    if (part == "text_encoder") return *text_encoder;
    if (part == "text_encoder_2") return *text_encoder_2;
    if (part.starts_with("unet")) return *unet;
    return *vae;
  }

 private:
  static ClipTextModel load_encoder(const std::filesystem::path& folder, torch::ScalarType dtype) {
    if (!std::filesystem::exists(folder)) return nullptr;
    ClipTextModel encoder(read_config<ClipTextConfig>(folder));
    load_weights(*encoder, folder, "model");
    encoder->to(dtype);
    return encoder;
  }

  template <class Config>
  static Config read_config(const std::filesystem::path& folder) {
    const auto file = folder / "config.json";
    return Config::from_json(read_json(file), file.string());
  }
};

}  // namespace big
