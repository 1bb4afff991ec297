#include "start_metadata.h"

#include <gtest/gtest.h>

#include <fstream>

#include "big/core/error.h"
#include "big/core/sha256.h"
#include "big/imaging/png.h"
#include "picture_metadata.h"
#include "support/temp_dir.h"

namespace big {
namespace {

GenerateOptions from_a_picture() {
  GenerateOptions options;
  options.start.init_image = "a.png";
  options.start.strength = 0.6;
  return options;
}

TEST(StartMetadata, KeysAreThoseOfTheWebUis) {
  EXPECT_EQ(start_parameters({}), "");
  auto options = from_a_picture();
  EXPECT_EQ(start_parameters(options), ", Denoising strength: 0.6");
  options.start.mask = "m.png";
  options.start.mask_blur = 4;
  EXPECT_EQ(start_parameters(options), ", Denoising strength: 0.6, Mask blur: 4");
  options.start.inpaint_masked_only = true;
  EXPECT_EQ(start_parameters(options),
            ", Denoising strength: 0.6, Mask blur: 4, Inpaint area: Only masked, Masked area padding: 32");
}

TEST(StartMetadata, ASecondPassHasItsOwn) {
  GenerateOptions options;
  options.hires.scale = 1.5;
  EXPECT_EQ(start_parameters(options),
            ", Denoising strength: 0.5, Hires upscale: 1.5, Hires upscaler: Lanczos");
  options.hires = {2, 0.4, 9, "latent"};
  EXPECT_EQ(start_parameters(options),
            ", Denoising strength: 0.4, Hires upscale: 2, Hires steps: 9, Hires upscaler: Latent");
  options.start = from_a_picture().start;
  EXPECT_EQ(start_parameters(options),
            ", Denoising strength: 0.6, Hires upscale: 2, Hires steps: 9, Hires upscaler: Latent, Hires "
            "denoising strength: 0.4");
}

TEST(StartMetadata, SizeIsThatOfTheFirstPass) {
  DrawOptions options;
  options.generate.hires.scale = 2;
  PictureContext context;
  context.first_size = PictureSize{48, 64};
  const auto text = picture_text(options, {}, context, Image(128, 96), 9).at("parameters");
  EXPECT_NE(text.find(", Size: 64x48, "), std::string::npos) << text;
}

TEST(StartMetadata, OurOwnTextHoldsTheFilesHashes) {
  const TempDir folder;
  DrawOptions options;
  options.generate = from_a_picture();
  options.generate.start.init_image = folder.path() / "a.png";
  options.generate.start.mask = folder.path() / "m.png";
  write_png(options.generate.start.init_image, Image(8, 8, 30));
  write_png(options.generate.start.mask, Image(8, 8, 255));
  options.generate.hires.scale = 2;
  PictureContext context;
  context.start = hash_start(options.generate.start);
  const Json own = Json::parse(picture_text(options, {}, context, Image(8, 8), 0).at("big"));
  EXPECT_EQ(own["init_image"]["hash"], sha256_of_files({options.generate.start.init_image}));
  EXPECT_EQ(own["init_image"]["strength"], 0.6);
  EXPECT_EQ(own["mask"]["hash"], sha256_of_files({options.generate.start.mask}));
  EXPECT_EQ(own["mask"]["masked_only"], false);
  EXPECT_EQ(own["hires"]["upscaler"], "lanczos");
  const Json plain = Json::parse(picture_text({}, {}, {}, Image(8, 8), 0).at("big"));
  for (const char* key : {"init_image", "mask", "hires"}) EXPECT_FALSE(plain.contains(key)) << key;
}

TEST(StartMetadata, WhatIsNoPictureIsRefused) {
  const TempDir folder;
  std::ofstream(folder.path() / "a.png") << "no picture";
  StartOptions options;
  options.init_image = folder.path() / "a.png";
  EXPECT_THROW(hash_start(options), InputError);
  options.init_image = folder.path() / "none.png";
  EXPECT_THROW(hash_start(options), InputError);
}

}  // namespace
}  // namespace big
