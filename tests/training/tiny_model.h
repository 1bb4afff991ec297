#pragma once

#include "big/pipeline/stable_diffusion.h"
#include "big/training/training_data.h"

namespace big {

/// A whole model in memory with the smallest networks that have every kind of layer: VAE factor 2, latents of
/// 4 channels, text window 12, a tokenizer of bytes. The same random weights each time.
StableDiffusion tiny_model(torch::ScalarType dtype = torch::kFloat32);

/// The same with SDXL's second text encoder, pooled text and time ids.
StableDiffusion tiny_sdxl(torch::ScalarType dtype = torch::kFloat32);

/// `count` examples with random latents [4,8,8], the same for the same seed.
std::vector<Example> tiny_examples(size_t count, const std::string& prompt, uint64_t seed);

/// Three pictures of "sks dog" and two of "dog".
TrainingData quick_data();

/// Copies of all parameters, in order.
std::vector<torch::Tensor> weights_of(const Module& module);
/// True when both lists hold equal tensors.
bool equal_weights(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b);

}  // namespace big
