#pragma once

#include <string>

#include "big/core/json.h"
#include "big/pipeline/text_to_image.h"

namespace big {

/// sha256 of the files that drawing began from; empty where there was none.
struct StartHashes {
  std::string init_image, mask;
};

/// Reads both files to the end. Throws InputError where one is no picture, before a model is loaded.
StartHashes hash_start(const StartOptions& options);

/// The web UIs' keys of a picture, a mask and a second pass, each with ", " before it; nothing without them.
std::string start_parameters(const GenerateOptions& options);

/// What there was of them in full: "init_image", "mask", "hires" put into our own text.
void add_start(OrderedJson& text, const GenerateOptions& options, const StartHashes& hashes);

}  // namespace big
