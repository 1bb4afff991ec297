#pragma once

#include <string>

#include "big/personalization/draw.h"

namespace big {

/// The LoRAs of the flags and of the prompt's tags. A bare name means a file or folder in
/// `models_dir/loras/` (the ending may be left out), else in the project's; then a path. Throws InputError
/// listing what there is.
std::vector<LoraChoice> find_loras(const DrawOptions& options, const std::vector<LoraWish>& tags);

/// The embeddings of the flags (a bare name means `models_dir/embeddings/`), and each one there whose name
/// stands in one of the prompts as a word. Throws InputError listing what there is.
std::vector<EmbeddingChoice> find_embeddings(const DrawOptions& options,
                                             const std::vector<std::string>& prompts);

}  // namespace big
