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
  /// n prompts -> n rows in the dtype given.
  TextEmbeddings rows(const std::vector<std::string>& prompts);
  /// From now on the encoders stay as they are.
  void freeze() { mode_ = TextEncoderMode::kFrozen; }

 private:
  TextEmbeddings trained_rows(const std::vector<std::string>& prompts);
  const TextEmbeddings& frozen(const std::string& prompt);

  StableDiffusion& model_;
  TextEncoderMode mode_;
  torch::ScalarType dtype_;
  std::map<std::string, TextEmbeddings> cache_;  ///< one row each
};

}  // namespace big
