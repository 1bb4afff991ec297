#pragma once

#include <map>
#include <string>

#include "big/core/json.h"
#include "big/weights/tensor_file.h"

namespace big {

/// What a model is made of, as a diffusers folder says it in its small files: "model_index", "scheduler",
/// "tokenizer" (its tokenizer_config.json), and the config of each network ("unet", "vae", "text_encoder",
/// "text_encoder_2"), by name.
using ModelConfigs = std::map<std::string, Json>;

/// A kind of Stable Diffusion that is published as single files.
struct SingleFileFamily {
  std::string name;          ///< "sd1", "sd1_inpaint", "sd2", "sd2_base", "sd2_inpaint", "sdxl", ...
  std::string title;         ///< "Stable Diffusion 1"
  std::string architecture;  ///< as modelspec.architecture says it: "stable-diffusion-v1"
};

/// The family of a single file by the names and shapes of its tensors, never by the file's name. SD 2's two
/// kinds (v-prediction at 768 px and noise at 512 px) have the same tensors: "sd2". Throws InputError that
/// says what the file seems to be instead (a LoRA, a VAE, another model); `where` names it.
const SingleFileFamily& family_of(const std::map<std::string, TensorFile::Entry>& entries,
                                  const std::string& where);

/// The family of that name. Throws std::out_of_range.
const SingleFileFamily& family_named(const std::string& name);

/// The family's published configs.
ModelConfigs family_configs(const std::string& family_name);

/// What a file of tensors is where it is no whole model, for messages: "a LoRA", "a VAE alone", or "".
std::string kind_of_file(const std::map<std::string, TensorFile::Entry>& entries);

}  // namespace big
