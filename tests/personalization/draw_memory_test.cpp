#include "draw_memory.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/core/error.h"
#include "big/weights/state_dict.h"
#include "big/weights/stored_size.h"
#include "cost.h"
#include "support/error_of.h"
#include "support/parity.h"

namespace big {
namespace {

namespace fs = std::filesystem;

TEST(DrawMemory, CountsWeightsInTheirComputeTypeAndTheDecoder) {
  const fs::path model = references("sd1") / "model";
  const uint64_t text = stored_size(model / "text_encoder", "model").values;
  const uint64_t unet = stored_size(model / "unet", "diffusion_pytorch_model").values;
  const uint64_t vae = stored_size(model / "vae", "diffusion_pytorch_model").values;
  const auto config_path = model / "vae" / "config.json";
  const auto width = AutoencoderKLConfig::from_json(read_json(config_path), "vae").block_out_channels.front();
  GenerateOptions options;
  options.height = 64;
  options.width = 32;
  const uint64_t decoder = (2 * static_cast<uint64_t>(width) + 3) * 64 * 32;
  const uint64_t values = text + unet + vae + decoder;
  const ModelFacts facts = read_model_facts(model);
  EXPECT_EQ(least_drawing_memory(facts, {}, options), 4 * values + kProgramBytes);
  LoadOptions half;
  half.dtype = torch::kFloat16;
  EXPECT_EQ(least_drawing_memory(facts, half, options), 2 * values + kProgramBytes);
}

TEST(DrawMemory, PicturesThatNoMachineHoldsAreRefusedWithNumbers) {
  GenerateOptions options;
  options.height = options.width = int64_t{1} << 24;
  const fs::path model = references("sd1") / "model";
  const ModelFacts facts = read_model_facts(model);
  const auto message =
      error_of<MachineError>([&] { refuse_drawing_beyond_memory(model, facts, LoadOptions{}, options); });
  EXPECT_NE(message.find("needs at least"), std::string::npos) << message;
  EXPECT_NE(message.find("are free"), std::string::npos) << message;
}

}  // namespace
}  // namespace big
