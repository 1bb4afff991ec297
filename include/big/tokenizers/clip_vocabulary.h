#pragma once

#include <filesystem>
#include <memory>

#include "big/core/json.h"
#include "big/tokenizers/tokenizer.h"

namespace big {

/// CLIP's own tokenizer for models that bring none: `vocabulary` is the folder with its merges.txt
/// (models/clip_tokenizer), `config` a tokenizer_config.json, which says how texts are padded. Throws
/// InputError.
std::unique_ptr<Tokenizer> clip_tokenizer(const std::filesystem::path& vocabulary, const Json& config);

/// Writes vocab.json and merges.txt into `folder`, as the published models' tokenizer folders have them.
void write_clip_vocabulary(const std::filesystem::path& vocabulary, const std::filesystem::path& folder);

}  // namespace big
