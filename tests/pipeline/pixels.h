#pragma once

#include <torch/types.h>

#include "big/imaging/image.h"

namespace big::test {

/// [H,W,3] int32, so that differences can be negative.
inline torch::Tensor pixels(const Image& image) {
  return torch::tensor(image.pixels, torch::kUInt8).view({image.height, image.width, 3}).to(torch::kInt32);
}

}  // namespace big::test
