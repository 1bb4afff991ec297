#pragma once

#include "big/imaging/color_change.h"
#include "big/imaging/resize.h"
#include "big/training/trainer.h"

namespace big {

/// The random numbers of forward pass `pass` on latents of `latent_shape` [rows,C,h,w]: fp32 on the CPU,
/// timesteps uniform in 0 ... num_train_timesteps - 1. A pure function of its arguments.
StepDraws draw_step(uint64_t seed, int64_t pass, at::IntArrayRef latent_shape, int64_t num_train_timesteps);

/// Where a square of `side` is cut out of a picture for row `row` of pass `pass`: every place equally likely.
Corner draw_crop(uint64_t seed, int64_t pass, int64_t row, const Image& image, int side);

/// Whether row `row` of pass `pass` shows its photo mirrored: every other time.
bool draw_flip(uint64_t seed, int64_t pass, int64_t row);

/// The colours of row `row` of pass `pass`: each factor uniform in 1 - strength ... 1 + strength.
ColorChange draw_color_change(uint64_t seed, int64_t pass, int64_t row, double strength);

}  // namespace big
