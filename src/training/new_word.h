#pragma once

#include "big/pipeline/stable_diffusion.h"
#include "big/training/train_options.h"
#include "big/weights/tensor_file.h"

namespace big {

/// Teaches tokenizers and text encoders the word that options.word names: num_vectors tokens beyond their tables,
/// in at least fp32, which begin as the vectors of the initializer's tokens (where there are fewer, in turn). Returns the
/// vectors [n,D] of each encoder, named "text_encoder.word" and "text_encoder_2.word". Throws UsageError for an initializer without a token, or no vector.
NamedTensors attach_new_word(StableDiffusion& model, const TrainOptions& options);

}  // namespace big
