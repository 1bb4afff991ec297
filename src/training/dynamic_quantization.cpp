#include "dynamic_quantization.h"

#include <ATen/ops/bucketize.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace big {

namespace {

constexpr int kPowers = 7;  // of ten: 1e-6 ... 1

/// Codes from -1 to 1 have 1, 2, ... 64 fractions a power and sign, those from 0 to 1 twice as many.
std::vector<double> code_values(CodeRange range) {
  std::vector<double> values = {0, 1};
  for (int power = 0; power < kPowers; ++power) {
    const int fractions = (range == CodeRange::kSigned ? 1 : 2) << power;
    const double scale = std::pow(10.0, power - (kPowers - 1));
    for (int i = 0; i < fractions; ++i) {
      // The middle of the i-th of equal parts of [0.1, 1].
      const double value = scale * (0.1 + 0.9 * (i + 0.5) / fractions);
      values.push_back(value);
      if (range == CodeRange::kSigned) values.push_back(-value);
    }
  }
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

DynamicCodes::DynamicCodes(CodeRange range) : range_(range) {
  values_ = torch::tensor(code_values(range), torch::kFloat64).to(torch::kFloat32);
  middles_ = (values_.slice(0, 0, 255) + values_.slice(0, 1, 256)) / 2;
}

torch::Tensor DynamicCodes::decode(const torch::Tensor& codes, const torch::Tensor& scales) const {
  const auto numbers = values_.to(codes.device()).index_select(0, codes.flatten().to(torch::kInt32));
  return numbers.view(codes.sizes()) * scales.unsqueeze(1);
}

void DynamicCodes::encode(const torch::Tensor& numbers, torch::Tensor codes, torch::Tensor scales) const {
  const auto largest = numbers.abs().amax(1);  // [blocks]
  const auto divisor = at::where(largest > 0, largest, at::ones_like(largest)).unsqueeze(1);
  auto nearest = at::bucketize(numbers / divisor, middles_.to(numbers.device()), /*out_int32=*/true);
  if (range_ == CodeRange::kSigned) {
    // A small negative number may be nearest to 0, and would then count as positive.
    const auto zero = std::lower_bound(values_.data_ptr<float>(), values_.data_ptr<float>() + 256, 0.0F) -
                      values_.data_ptr<float>();
    nearest = nearest - ((numbers < 0) & (nearest == zero)).to(torch::kInt32);
  }
  codes.copy_(nearest);
  scales.copy_(largest);
}

}  // namespace big
