#include "draw_memory.h"

#include <algorithm>

#include "big/core/duration.h"
#include "big/core/error.h"
#include "big/core/memory.h"
#include "big/core/text.h"
#include "big/pipeline/model_facts.h"
#include "cost.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// The decoder's last level works at the picture's own size: a layer's input and its output.
uint64_t decoder_values(const ModelFacts& facts, const GenerateOptions& options) {
  const int64_t native = facts.unet.sample_size * facts.vae.scale();
  const auto side = [&](int64_t asked) {
    return static_cast<uint64_t>(std::max<int64_t>(asked == 0 ? native : asked, 0));
  };
  return 2 * static_cast<uint64_t>(facts.vae.block_out_channels.front()) * side(options.height) *
         side(options.width);
}

}  // namespace

uint64_t least_drawing_memory(const fs::path& model, const LoadOptions& load, const GenerateOptions& options) {
  const ModelFacts facts = read_model_facts(model, load.source);
  uint64_t values = decoder_values(facts, options);
  for (const auto& [part, size] : facts.parts) values += size.values;
  return values * torch::elementSize(load.dtype) + kProgramBytes;
}

void refuse_drawing_beyond_memory(const fs::path& model,
                                  const LoadOptions& load,
                                  const GenerateOptions& options) {
  if (!load.device.is_cpu()) return;
  uint64_t needed = 0;
  try {
    needed = least_drawing_memory(model, load, options);
  } catch (const InputError&) {
    return;  // loading looks at more of the model, and says better what is wrong with it
  }
  const uint64_t free = available_memory_bytes();
  if (needed <= free) return;
  throw MachineError(concat("memory: drawing with ", model.string(), " needs at least ", format_bytes(needed),
                            ", ", format_bytes(free), " are free; close other programs, take a smaller model",
                            load.dtype == torch::kFloat32 ? ", --dtype bf16 (half the memory)" : "",
                            " or a smaller --height and --width"));
}

}  // namespace big
