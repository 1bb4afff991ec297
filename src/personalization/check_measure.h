#pragma once

#include <vector>

#include "big/personalization/check.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/training/denoising_errors.h"
#include "big/training/training_data.h"

namespace big {

/// Measures subjects of a metamodel, each by its kept photos, against words that are not its own.
class SubjectProbe {
 public:
  /// `unused`: words that were never taught.
  SubjectProbe(StableDiffusion& model,
               const std::vector<Subject>& all,
               std::vector<std::string> unused,
               uint64_t seed);
  /// `photos` of subject `index`, with cached latents; none: it stays unmeasured.
  CheckedSubject measure(size_t index, const std::vector<Example>& photos) const;

 private:
  std::vector<std::string> others_of(size_t index) const;

  StableDiffusion& model_;
  const std::vector<Subject>& all_;
  std::vector<std::string> unused_;
  DenoisingProbe probe_;
};

/// What the intervals say.
Known judged(const Estimate& identity, const Estimate& margin);

/// Mean errors of `after` above those of `before` as a part, [n] fp64 each, with the same noise.
Estimate drift_of(const torch::Tensor& before, const torch::Tensor& after);

}  // namespace big
