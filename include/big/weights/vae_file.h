#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "big/core/json.h"
#include "big/weights/stored_tensor.h"

namespace big {

/// A VAE by itself, not read yet.
struct StoredVae {
  Json config;
  std::string config_where;  ///< names the config in errors
  StoredTensors tensors;
  std::vector<std::shared_ptr<const TensorFile>> files;
  std::string where;  ///< names the weights in errors
};

/// Opens a VAE: a diffusers folder (its own, or a model's with vae/ in it), or a file of any kind with
/// diffusers' names or latent-diffusion's, these with or without `first_stage_model.`. A file has no config:
/// it is held to `config`, that of the VAE whose place it takes. Throws InputError.
StoredVae read_vae(const std::filesystem::path& path, const Json& config);

}  // namespace big
