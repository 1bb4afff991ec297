#pragma once

#include "big/core/progress.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/training/source_picture.h"
#include "big/training/train_options.h"
#include "big/training/training_data.h"

namespace big {

/// Pictures -> examples. With options.center_crop each is resized (short side), cropped in the middle and
/// encoded once, which is exact; with color_jitter the crop is kept, else the resized picture, for random crops. Each remembers its own
/// original size and crop.
std::vector<Example> make_examples(StableDiffusion& model,
                                   const std::vector<SourcePicture>& pictures,
                                   const std::string& prompt,
                                   const TrainOptions& options,
                                   const ProgressFn& progress = {});

}  // namespace big
