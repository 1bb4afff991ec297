#include "draw_memory.h"

#include <algorithm>
#include <array>
#include <map>

#include "big/core/duration.h"
#include "big/core/error.h"
#include "big/core/json.h"
#include "big/core/memory.h"
#include "big/core/text.h"
#include "big/pipeline/drawing_size.h"
#include "big/pipeline/vae.h"
#include "big/weights/stored_model.h"
#include "big/weights/stored_size.h"
#include "cost.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kChannels = 3;

/// In the order in which they are loaded.
constexpr std::array kParts = {"text_encoder", "text_encoder_2", "unet", "vae"};

/// What a model's files say of it, a folder's and a single file's alike.
struct Sizes {
  std::map<std::string, uint64_t> values;  ///< by part
  Json unet, vae;                          ///< configs
};

Sizes sizes_of(const fs::path& model) {
  Sizes sizes;
  if (fs::is_directory(model)) {
    for (const std::string part : kParts) {
      const fs::path folder = model / part;
      if (fs::is_directory(folder)) sizes.values[part] = stored_size(folder, weight_stem_of(part)).values;
    }
    sizes.unet = read_json(model / "unet" / "config.json");
    sizes.vae = read_json(model / "vae" / "config.json");
  } else {
    const StoredModel stored = read_single_file(model);
    for (const auto& [part, tensors] : stored.parts) sizes.values[part] = values_of(tensors);
    const auto config = [&](const std::string& part) {
      const auto found = stored.configs.find(part);
      if (found == stored.configs.end()) throw InputError(model.string() + ": says nothing of its " + part);
      return found->second;
    };
    sizes.unet = config("unet");
    sizes.vae = config("vae");
  }
  return sizes;
}

/// The most that weights take at once while they are loaded one network after the other.
uint64_t weight_bytes(const Sizes& sizes, uint64_t bytes_per_value) {
  uint64_t loaded = 0, most = 0;
  for (const std::string part : kParts) {
    const auto found = sizes.values.find(part);
    if (found == sizes.values.end()) continue;
    most = std::max(most, loaded + found->second * sizeof(float));
    loaded += found->second * bytes_per_value;
  }
  return std::max(most, loaded);
}

/// The decoder's last level works at the picture's own size, or a tile's: a layer's input and its output. The
/// picture itself is there in any case.
uint64_t decoder_bytes(const Sizes& sizes, const GenerateOptions& options, uint64_t bytes_per_value) {
  const auto vae = AutoencoderKLConfig::from_json(sizes.vae, "vae/config.json");
  const auto unet = UNet2DConditionConfig::from_json(sizes.unet, "unet/config.json");
  const auto largest = hires_size(options.hires, drawing_size(options, unet, vae), vae);
  const auto height = static_cast<uint64_t>(largest.height), width = static_cast<uint64_t>(largest.width);
  const auto tile = static_cast<uint64_t>(vae.sample_size);
  const bool whole = parse_vae_tiling(options.vae_tiling) == VaeTiling::kOff;
  const uint64_t at_once = whole ? height * width : std::min(height, tile) * std::min(width, tile);
  return (2 * static_cast<uint64_t>(vae.block_out_channels.front()) * at_once + kChannels * height * width) *
         bytes_per_value;
}

}  // namespace

uint64_t least_drawing_memory(const fs::path& model,
                              torch::ScalarType dtype,
                              const GenerateOptions& options) {
  const Sizes sizes = sizes_of(model);
  const uint64_t bytes_per_value = torch::elementSize(dtype);
  return weight_bytes(sizes, bytes_per_value) + decoder_bytes(sizes, options, bytes_per_value) +
         kProgramBytes;
}

void refuse_drawing_beyond_memory(const fs::path& model,
                                  const LoadOptions& load,
                                  const GenerateOptions& options) {
  if (!load.device.is_cpu()) return;
  uint64_t needed = 0;
  try {
    needed = least_drawing_memory(model, load.dtype, options);
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
