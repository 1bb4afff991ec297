#include "network_size.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/pipeline/stable_diffusion.h"
#include "references.h"

namespace big {
namespace {

uint64_t count(const Module& module) {
  uint64_t values = 0;
  for (const auto& parameter : module.parameters()) values += static_cast<uint64_t>(parameter.numel());
  return values;
}

/// A bound that is too high would refuse a good model, one that is far too low a bad one never.
TEST(NetworkSize, LiesBetweenHalfAndAllOfWhatANetworkHas) {
  for (const char* family : {"sd1", "sd2", "starter"}) {
    SCOPED_TRACE(family);
    const auto model = load_model(test::references(family) / "model");
    const auto expect = [](uint64_t least, uint64_t all) {
      EXPECT_LE(least, all);
      EXPECT_GE(least, all / 2);
    };
    expect(least_values(model.unet->config), count(*model.unet));
    expect(least_values(model.vae->config), count(*model.vae));
    expect(least_values(model.text_encoder->config), count(*model.text_encoder));
  }
}

TEST(NetworkSize, OfStableDiffusion1) {
  UNet2DConditionConfig config;
  config.cross_attention_dim = {768, 768, 768, 768};
  constexpr uint64_t kValues = 859'520'964;  // diffusers: sum(p.numel() for p in unet.parameters())
  EXPECT_LE(least_values(config), kValues);
  EXPECT_GE(least_values(config), kValues / 2);
}

}  // namespace
}  // namespace big
