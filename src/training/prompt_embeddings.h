#pragma once

#include <torch/types.h>

#include <map>
#include <string>
#include <vector>

#include "big/pipeline/stable_diffusion.h"

namespace big {

enum class TextEncoderMode { kFrozen, kTrained };

/// Prompts of a batch -> their embeddings. A frozen encoder runs once for each distinct prompt of the run; a
/// trained one once for each distinct prompt of the batch, with gradients.
class PromptEmbeddings {
 public:
  PromptEmbeddings(StableDiffusion& model, TextEncoderMode mode, torch::ScalarType dtype);
  /// n prompts -> [n,T,D] in the dtype given.
  torch::Tensor rows(const std::vector<std::string>& prompts);

 private:
  torch::Tensor trained_rows(const std::vector<std::string>& prompts);
  const torch::Tensor& frozen(const std::string& prompt);

  StableDiffusion& model_;
  TextEncoderMode mode_;
  torch::ScalarType dtype_;
  std::map<std::string, torch::Tensor> cache_;  ///< [T,D]
};

}  // namespace big
