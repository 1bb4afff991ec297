#pragma once

#include <vector>

#include "big/pipeline/stable_diffusion.h"
#include "big/training/train_options.h"
#include "big/training/training_data.h"
#include "class_images.h"

namespace big {

/// Seconds that one class picture will take, from two denoising steps that are thrown away.
double seconds_per_class_image(StableDiffusion& base, const ClassImageRecipe& recipe);

/// Seconds that one update will take, from one real training step. `model` is changed by it: load it again
/// afterwards.
double seconds_per_update(StableDiffusion& model,
                          const std::vector<Example>& instance,
                          const TrainOptions& options);

}  // namespace big
