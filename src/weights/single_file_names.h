#pragma once

#include "big/core/json.h"
#include "name_table.h"

namespace big {

// The names of single files, after their part's prefix, for a part of the given config (diffusers' JSON).
// UNet and VAE: CompVis' latent-diffusion, whose blocks are numbered through. Text encoders: transformers'
// CLIP, or OpenCLIP. diffusers' own rules are in loaders/single_file_utils.py.

/// `model.diffusion_model.*`: SD 1, SD 2, SDXL and its refiner.
NameTable unet_names(const Json& config, const std::string& where);
/// `first_stage_model.*`.
NameTable vae_names(const Json& config, const std::string& where);
/// `cond_stage_model.model.*`, `conditioner.embedders.1.model.*`: only as many layers as the config has, for
/// SD 2 leaves OpenCLIP's last one unused; text_projection only where the config's network has it.
NameTable open_clip_names(const Json& config, const std::string& where);

/// The name under which latent-diffusion keeps the moving average of `model.diffusion_model.<name>`.
std::string ema_name(const std::string& name);

}  // namespace big
