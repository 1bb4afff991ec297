#include "teachable.h"

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/pipeline/folder_adapters.h"

namespace big {

void refuse_what_cannot_be_taught(const std::filesystem::path& folder, const ModelSize& size) {
  const auto refuse = [&](const std::string& what, const std::string& why, const std::string& instead) {
    throw InputError(
        concat(folder.string(), ": ", what, " cannot be taught a subject: ", why, "; take ", instead));
  };
  if (size.unet.time_cond_proj_dim > 0) {
    refuse("a latent consistency model (time_cond_proj_dim in unet/config.json)",
           "it was distilled to draw in a few steps, which training on photos undoes",
           "the model that it was made from");
  }
  if (size.unet.in_channels != size.latent_channels) {
    refuse(concat("an inpainting model (in_channels ", size.unet.in_channels, " in unet/config.json)"),
           "it learns to fill holes in pictures, which photos alone do not show",
           "the text-to-image model of its family");
  }
  if (!read_folder_adapters(folder).empty()) {
    refuse("a subject that was taught by adapters (adapters.json)",
           "what it knows stands beside its base's weights, not in them",
           "its base, with --init_lora to go on from its LoRA");
  }
  if (size.refines) {
    refuse("SDXL's refiner", "it was made for the last steps of a picture that another model began",
           "the base model, stable-diffusion-xl-base");
  }
}

}  // namespace big
