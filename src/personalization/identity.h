#pragma once

#include <torch/types.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "big/pipeline/stable_diffusion.h"
#include "big/registry/registry.h"
#include "big/training/denoising_errors.h"
#include "big/training/train_options.h"
#include "big/training/training_data.h"

namespace big {

/// Photos of one subject measured at most: more would only cost time.
inline constexpr size_t kMostProbedPhotos = 6;

/// The first kept photos of a subject, at most kMostProbedPhotos, as `options` would have them taught.
std::vector<Example> kept_examples(StableDiffusion& model,
                                   const std::filesystem::path& models_dir,
                                   const Subject& subject,
                                   TrainOptions options);

/// The first words of the pool of `base`'s tokenizer that are none of `used`, at most `count`.
std::vector<std::string> unused_words(const std::filesystem::path& base,
                                      const ModelSource& source,
                                      const std::set<std::string>& used,
                                      size_t count);

/// ln of denoising_errors(): one number for each photo and timestep -> [photos * levels] fp64.
torch::Tensor log_errors(StableDiffusion& model,
                         const std::vector<Example>& photos,
                         const std::string& prompt,
                         const DenoisingProbe& probe);

/// ln of how much worse the words that know nothing of a subject explain its photos than its own: those of its class
/// alone and with an unused word (may be left undefined), in the geometric mean.
torch::Tensor log_identity(const torch::Tensor& own, const torch::Tensor& of_class, const torch::Tensor& unused);

/// The mean of values [n] fp64 at `indices`, as bootstrap() draws them.
double mean_at(const torch::Tensor& values, const std::vector<int64_t>& indices);

}  // namespace big
