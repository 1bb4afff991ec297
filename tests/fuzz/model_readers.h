#pragma once

#include "big/weights/stored_model.h"
#include "reader.h"

namespace big::fuzz {

/// Whole models in one file, VAE files, a network's weights.
std::vector<Reader> model_readers();

/// Takes every tensor as its part would; throws what that throws.
void use_tensors(const StoredTensors& tensors);
/// The same for all parts of a model, and what belongs to none.
void use_model(const StoredModel& model);

}  // namespace big::fuzz
