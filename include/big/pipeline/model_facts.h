#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "big/diffusion/noise_schedule.h"
#include "big/networks/autoencoder_kl.h"
#include "big/networks/unet_2d_condition.h"
#include "big/pipeline/model_source.h"
#include "big/tokenizers/tokenizer.h"
#include "big/weights/stored_size.h"

namespace big {

/// What a model's small files and headers say of it, of a diffusers folder and of a single file alike. Nothing is
/// loaded and nothing written.
struct ModelFacts {
  UNet2DConditionConfig unet;
  AutoencoderKLConfig vae;
  NoiseScheduleConfig schedule;
  std::map<std::string, StoredSize> parts;  ///< by name: "unet", "vae", "text_encoder", "text_encoder_2"
};
/// Throws InputError naming what is missing or wrong.
ModelFacts read_model_facts(const std::filesystem::path& model, const ModelSource& source = {});

/// The model's (first) tokenizer. Throws InputError.
std::unique_ptr<Tokenizer> read_tokenizer(const std::filesystem::path& model, const ModelSource& source = {});

}  // namespace big
