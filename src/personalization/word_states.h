#pragma once

#include <torch/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "big/pipeline/model_source.h"

namespace big {

/// What the text encoder of `base` makes of "a {word}", for each word: its state at the end of the text [n,D] fp32.
/// Measured once for a base and word, and kept in models_dir/cache/identifiers; where that cannot be read or written
/// it is measured again. 203 words take 25 ms on the starter.
torch::Tensor word_states(const std::filesystem::path& base,
                          const ModelSource& source,
                          const std::vector<std::string>& words,
                          const std::filesystem::path& models_dir);

}  // namespace big
