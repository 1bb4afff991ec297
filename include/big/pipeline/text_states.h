#pragma once

#include <torch/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "big/pipeline/model_source.h"

namespace big {

/// What a model's (first) text encoder makes of whole texts: its last hidden state at the end of each, after the
/// final norm -> [n,D] fp32 on the CPU. The encoder alone is loaded, and nothing is padded: it is causal, so what
/// would follow the end changes nothing. `model`: a folder or a single file. Texts beyond the window throw
/// UsageError, what is missing or wrong in the model InputError.
torch::Tensor text_end_states(const std::filesystem::path& model,
                              const ModelSource& source,
                              const std::vector<std::string>& texts);

}  // namespace big
