#pragma once

#include <vector>

#include "big/pipeline/stable_diffusion.h"
#include "big/training/measurement.h"
#include "big/training/training_data.h"

namespace big {

/// What a run is measured on.
struct ValidationData {
  std::vector<Example> held_out;    ///< photos that it does not learn from
  std::vector<Example> taught;      ///< photos that it learns from
  std::vector<Example> class_rows;  ///< class pictures, all of one prompt; may be empty
};

/// Measures `model` after `step` updates, for what it is compared with see `before` and set_score: every photo
/// under its own prompt, all with the same noise, which is `seed`'s alone, so that photos and steps can be compared.
/// Draws from no stream of the training. Cost: eight forward rows a picture. Throws Interrupted, and NotFinite where
/// an error is no finite number.
Measurement measure(StableDiffusion& model,
                    const ValidationData& data,
                    uint64_t seed,
                    int64_t step,
                    const std::vector<Measurement>& before);

/// Forward rows of one measurement.
int64_t rows_of(const ValidationData& data);

}  // namespace big
