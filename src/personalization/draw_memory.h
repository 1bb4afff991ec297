#pragma once

#include <cstdint>

#include "big/pipeline/model_facts.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/pipeline/text_to_image.h"

namespace big {

/// Bytes that drawing needs at the least, told by the headers of the weights and the configs; nothing is
/// loaded. Weights count in the type they are computed in: also those that stay in the file's mapping, for
/// every step reads all of the UNet, and a page that was let go comes back from the disk each time. On top come
/// the program, one picture of the largest size that is drawn, and two of the decoder's largest tensors of it,
/// or of a tile. Throws as drawing_size.
uint64_t least_drawing_memory(const ModelFacts& facts, const LoadOptions& load, const GenerateOptions& options);

/// Throws MachineError naming `model`, with both numbers, where least_drawing_memory() is more than this machine
/// can give, saying what to change. What a GPU has left is its own matter; there the allocator says it.
void refuse_drawing_beyond_memory(const std::filesystem::path& model,
                                  const ModelFacts& facts,
                                  const LoadOptions& load,
                                  const GenerateOptions& options);

}  // namespace big
