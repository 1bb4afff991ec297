#include "big/weights/same_bits.h"

#include <cstring>

namespace big {

bool same_bits(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.scalar_type() != b.scalar_type() || a.sizes() != b.sizes()) return false;
  const auto left = a.detach().to(torch::kCPU).contiguous(), right = b.detach().to(torch::kCPU).contiguous();
  return std::memcmp(left.data_ptr(), right.data_ptr(), left.nbytes()) == 0;
}

}  // namespace big
