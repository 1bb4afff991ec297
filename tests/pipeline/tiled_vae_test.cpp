#include "tiled_vae.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/core/error.h"
#include "big/pipeline/vae.h"
#include "big/weights/safetensors.h"
#include "references.h"
#include "support/error_of.h"

namespace big {
namespace {

class TiledVae : public testing::TestWithParam<std::string> {
 protected:
  TiledVae()
      : model_(load_model(test::references(GetParam()) / "model")),
        file_(test::references(GetParam()) / "tiled_vae.safetensors") {}

  /// The largest difference, in parts of the largest |expected|.
  double difference(const torch::Tensor& ours, const std::string& expected) const {
    const auto reference = file_.tensor(expected);
    EXPECT_EQ(ours.sizes(), reference.sizes());
    return ((ours - reference).abs().max() / reference.abs().max()).item<double>();
  }
  torch::Tensor latents() const { return file_.tensor("latents") * model_.vae->config.scaling_factor; }

  const torch::NoGradGuard no_grad_;
  StableDiffusion model_;
  SafetensorsFile file_;
};

TEST_P(TiledVae, EqualsDiffusers) {
  EXPECT_LE(difference(encode_in_tiles(model_.vae, file_.tensor("pixels")), "moments"), 1e-5);
  EXPECT_LE(difference(decode_in_tiles(model_.vae, file_.tensor("latents")), "decoded"), 1e-5);
  EXPECT_LE(difference(decode_latents(model_, latents(), VaeTiling::kOn), "decoded"), 1e-5);
}

TEST_P(TiledVae, AtOnceIsAnother) {
  EXPECT_GT(difference(model_.vae->encode_moments(file_.tensor("pixels")), "moments"), 1e-3);
  EXPECT_GT(difference(decode_latents(model_, latents()), "decoded"), 1e-3);
}

TEST_P(TiledVae, SmallPicturesAreNeverCut) {
  const auto side = vae_tile(model_.vae->config) / model_.vae->config.scale();
  const auto small = latents().slice(2, 0, side).slice(3, 0, side);
  EXPECT_TRUE(torch::equal(decode_latents(model_, small, VaeTiling::kOn), decode_latents(model_, small)));
  EXPECT_TRUE(
      torch::equal(decode_latents(model_, latents(), VaeTiling::kAuto), decode_latents(model_, latents())))
      << "small enough to decode at once";
}

INSTANTIATE_TEST_SUITE_P(Families, TiledVae, testing::Values("sd1", "sdxl"), [](const auto& family) {
  return family.param;
});

TEST(VaeTilingWord, OthersAreRefused) {
  EXPECT_EQ(parse_vae_tiling("auto"), VaeTiling::kAuto);
  const auto message = error_of<UsageError>([] { parse_vae_tiling("maybe"); });
  EXPECT_NE(message.find("auto, on or off"), std::string::npos) << message;
}

TEST(DecoderBytes, GrowWithThePicture) {
  AutoencoderKLConfig config;
  config.block_out_channels = {128, 256, 512, 512};
  EXPECT_EQ(decoder_bytes(config, 512, 256, 4), uint64_t{4} * 512 * 256 * (2 * 256 + 128));
}

}  // namespace
}  // namespace big
