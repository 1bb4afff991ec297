#include "big/pipeline/image_tensor.h"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace big {
namespace {

Image every_value() {
  Image image(32, 24);  // 2304 bytes: each of the 256 values nine times
  for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i % 256);
  return image;
}

TEST(ImageTensor, PixelsStandInTheirPlaceBetweenMinusOneAndOne) {
  Image image(3, 2);
  image.at(2, 1)[0] = 255;
  image.at(0, 1)[2] = 51;
  const auto x = to_tensor(image);
  EXPECT_EQ(x.sizes(), (std::vector<int64_t>{1, 3, 2, 3}));
  EXPECT_FLOAT_EQ(x[0][0][1][2].item<float>(), 1.0F);
  EXPECT_FLOAT_EQ(x[0][2][1][0].item<float>(), -0.6F);
  EXPECT_FLOAT_EQ(x[0][1][0][0].item<float>(), -1.0F);
}

TEST(ImageTensor, EveryByteSurvivesTheWayThereAndBack) {
  const auto image = every_value();
  EXPECT_EQ(to_image(to_tensor(image)), image);
  EXPECT_EQ(to_image(to_tensor(image)[0]), image);
}

TEST(ImageTensor, ValuesBeyondTheRangeAreClipped) {
  const auto x = torch::tensor({-5.0F, 0.0F, 5.0F}).view({3, 1, 1});
  EXPECT_EQ(to_image(x).pixels, (std::vector<uint8_t>{0, 128, 255}));  // 127.5 rounds to even
}

TEST(ImageTensor, HalfPrecisionAndGradientsAreTaken) {
  const auto x = torch::full({1, 3, 2, 2}, -1.0, torch::kBFloat16).requires_grad_(true);
  EXPECT_EQ(to_image(x).pixels, std::vector<uint8_t>(12, 0));
}

}  // namespace
}  // namespace big
