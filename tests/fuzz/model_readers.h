#pragma once

#include "reader.h"

namespace big::fuzz {

/// Whole models in one file and in folders, VAE files, a network's weights.
std::vector<Reader> model_readers();

}  // namespace big::fuzz
