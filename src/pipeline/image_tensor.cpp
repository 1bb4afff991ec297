#include "big/pipeline/image_tensor.h"

#include <torch/types.h>

#include <cstring>

namespace big {

torch::Tensor to_tensor(const Image& image) {
  const auto bytes = torch::empty({image.height, image.width, 3}, torch::kUInt8);
  std::memcpy(bytes.data_ptr(), image.pixels.data(), image.pixels.size());
  const auto unit = bytes.permute({2, 0, 1}).to(torch::kFloat32).div(255);  // [3,H,W]
  return unit.sub(0.5).div(0.5).unsqueeze(0).contiguous();  // [1,3,H,W], as torchvision's Normalize
}

Image to_image(const torch::Tensor& pixels) {
  const auto picture = pixels.dim() == 4 ? pixels.squeeze(0) : pixels;
  TORCH_CHECK(picture.dim() == 3 && picture.size(0) == 3, "to_image: expected [3,H,W], found ",
              pixels.sizes());
  const auto unit = picture.detach().to(torch::kCPU, torch::kFloat32).div(2).add(0.5).clamp(0, 1);
  const auto bytes = unit.mul(255).round().to(torch::kUInt8).permute({1, 2, 0}).contiguous();  // [H,W,3]
  Image image(static_cast<int>(bytes.size(1)), static_cast<int>(bytes.size(0)));
  std::memcpy(image.pixels.data(), bytes.data_ptr(), image.pixels.size());
  return image;
}

}  // namespace big
