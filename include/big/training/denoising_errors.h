#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "big/pipeline/stable_diffusion.h"
#include "big/training/training_data.h"

namespace big {

/// Which noise a model is asked to see through: the same for every prompt and every model that is compared, so
/// that differences are those of prompt and model alone (Diffusion Classifier, arXiv 2303.16203, section 4).
struct DenoisingProbe {
  int64_t levels = 8;  ///< timesteps, evenly spread over the middle four fifths of the schedule
  uint64_t seed = 0;
};

/// How far a model's prediction is from what it was trained to predict, for each picture and timestep, were
/// `prompt` its caption: mean of squares -> [pictures, levels] fp64. The smaller, the better the words explain
/// the picture. Pictures without cached latents are cropped in the middle. Changes nothing of the model.
/// Throws Interrupted between forward passes.
torch::Tensor denoising_errors(StableDiffusion& model,
                               const std::vector<Example>& pictures,
                               const std::string& prompt,
                               const DenoisingProbe& probe);

}  // namespace big
