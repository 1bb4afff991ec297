#include "draw_memory.h"

#include <algorithm>

#include "big/core/duration.h"
#include "big/core/error.h"
#include "big/core/memory.h"
#include "big/core/text.h"
#include "big/pipeline/drawing_size.h"
#include "big/pipeline/vae.h"
#include "cost.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kChannels = 3;

/// The decoder's last level works at the picture's own size, or a tile's: a layer's input and its output. The
/// picture itself is there in any case.
uint64_t decoder_values(const ModelFacts& facts, const GenerateOptions& options) {
  const auto largest = hires_size(options.hires, drawing_size(options, facts.unet, facts.vae), facts.vae);
  const auto height = static_cast<uint64_t>(largest.height), width = static_cast<uint64_t>(largest.width);
  const auto tile = static_cast<uint64_t>(facts.vae.sample_size);
  const bool whole = parse_vae_tiling(options.vae_tiling) == VaeTiling::kOff;
  const uint64_t at_once = whole ? height * width : std::min(height, tile) * std::min(width, tile);
  return 2 * static_cast<uint64_t>(facts.vae.block_out_channels.front()) * at_once + kChannels * height * width;
}

}  // namespace

uint64_t least_drawing_memory(const ModelFacts& facts, const LoadOptions& load, const GenerateOptions& options) {
  uint64_t values = decoder_values(facts, options);
  for (const auto& [part, size] : facts.parts) values += size.values;
  return values * torch::elementSize(load.dtype) + kProgramBytes;
}

void refuse_drawing_beyond_memory(const fs::path& model,
                                  const ModelFacts& facts,
                                  const LoadOptions& load,
                                  const GenerateOptions& options) {
  if (!load.device.is_cpu()) return;
  const uint64_t needed = least_drawing_memory(facts, load, options);
  const uint64_t free = available_memory_bytes();
  if (needed <= free) return;
  throw MachineError(concat("memory: drawing with ", model.string(), " needs at least ", format_bytes(needed),
                            ", ", format_bytes(free), " are free; close other programs, take a smaller model",
                            load.dtype == torch::kFloat32 ? ", --dtype bf16 (half the memory)" : "",
                            " or a smaller --height and --width"));
}

}  // namespace big
