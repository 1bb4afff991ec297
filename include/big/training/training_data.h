#pragma once

#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

#include "big/imaging/image.h"
#include "big/pipeline/size_conditions.h"

namespace big {

/// One picture to learn from and the prompt it stands for. Either its latents are cached (mean and std
/// [C,h,w], unscaled), or `image` holds the picture (short side = resolution), of which each step encodes a random
/// crop, in colours of its own (the crop in `sizes` is then where `image` begins).
struct Example {
  torch::Tensor latent_mean, latent_std;
  Image image;
  bool may_flip = false;                      ///< shown mirrored every other time (random_flip)
  double color_jitter = 0;                    ///< how far the colours of `image` may change (color_jitter)
  torch::Tensor mirrored_mean, mirrored_std;  ///< the latents of the mirrored picture, beside cached ones
  /// Where the subject is, for masked_loss: on the latents [1,h,w] in 0 ... 1, or beside `image` as grey picture
  /// of its size. Neither: everywhere.
  torch::Tensor latent_mask;
  Image mask_image;
  SizeConditions sizes;
  std::string prompt;
  int64_t repeats = 1;  ///< times a round of the instance rows shows it
  std::string name;  ///< of its file, for messages
  std::string kind = "subject";  ///< what it is there for: losses are told apart by it
};

/// What a run learns from. Row n of either half of the batches counts on through the whole run.
struct TrainingData {
  std::vector<Example> instance, prior;
  /// Which prior example stands at prior row n (empty: in turn). Instance rows run through the photos, each as
  /// often as it says, in an order shuffled anew each round, a pure function of (seed, n).
  std::function<size_t(int64_t n)> prior_row;
};

}  // namespace big
