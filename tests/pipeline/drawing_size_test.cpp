#include "big/pipeline/drawing_size.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/imaging/png.h"
#include "support/temp_dir.h"

namespace big {
namespace {

class DrawingSize : public testing::Test {
 protected:
  DrawingSize() {
    unet_.sample_size = 16;
    vae_.block_out_channels = {8, 8, 8, 8};  // 8 pixels a cell
    write_png(folder_.path() / "init.png", Image(75, 50));
  }

  PictureSize size() const { return drawing_size(options_, unet_, vae_); }
  void begin_from_picture() { options_.start.init_image = folder_.path() / "init.png"; }

  TempDir folder_;
  UNet2DConditionConfig unet_;
  AutoencoderKLConfig vae_;
  GenerateOptions options_;
};

TEST_F(DrawingSize, IsTheModelsUnlessAsked) {
  EXPECT_EQ(size(), (PictureSize{128, 128}));
  options_.height = 64;
  EXPECT_EQ(size(), (PictureSize{64, 128}));
}

TEST_F(DrawingSize, IsThePicturesRoundedDown) {
  begin_from_picture();
  EXPECT_EQ(size(), (PictureSize{48, 72}));
  options_.width = 120;
  EXPECT_EQ(size(), (PictureSize{80, 120})) << "the other side by the picture's shape";
  options_.height = 32;
  EXPECT_EQ(size(), (PictureSize{32, 120}));
}

TEST_F(DrawingSize, AMaskedPartIsDrawnAtTheModels) {
  begin_from_picture();
  options_.start.inpaint_masked_only = true;
  EXPECT_EQ(size(), (PictureSize{128, 128}));
}

TEST_F(DrawingSize, ATinyPictureStillHasACell) {
  write_png(folder_.path() / "init.png", Image(3, 2));
  begin_from_picture();
  EXPECT_EQ(size(), (PictureSize{8, 8}));
}

TEST_F(DrawingSize, AMissingPictureIsTheFilesFault) {
  options_.start.init_image = folder_.path() / "none.png";
  EXPECT_THROW(size(), InputError);
}

TEST_F(DrawingSize, ASecondPassIsRoundedDown) {
  EXPECT_EQ(hires_size({1.3, 0.5, 0, "lanczos"}, {64, 48}, vae_), (PictureSize{80, 56}));
  EXPECT_EQ(hires_size({}, {64, 48}, vae_), (PictureSize{64, 48}));
}

}  // namespace
}  // namespace big
