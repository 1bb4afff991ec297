#pragma once

#include "big/modules/module.h"

namespace big {

/// Embedding, in numbers and names.
class EmbeddingImpl : public Module {
 public:
  EmbeddingImpl(int64_t count, int64_t width);
  /// ids [...] int64 -> [...,width].
  torch::Tensor forward(const torch::Tensor& ids);
  void reset_parameters() override;
  torch::Tensor weight;  ///< [count,width]
};
using Embedding = Held<EmbeddingImpl>;

}  // namespace big
