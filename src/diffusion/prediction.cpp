#include "prediction.h"

#include <torch/types.h>

#include <cmath>

namespace big {

torch::Tensor predicted_x0(
    PredictionType type, const torch::Tensor& x, const torch::Tensor& output, double alpha, double sigma) {
  if (type == PredictionType::kSample) return output;
  if (type == PredictionType::kV) return alpha * x - sigma * output;
  return (x - sigma * output) / alpha;
}

torch::Tensor predicted_noise(
    PredictionType type, const torch::Tensor& x, const torch::Tensor& output, double alpha, double sigma) {
  if (type == PredictionType::kSample) return (x - alpha * output) / sigma;
  if (type == PredictionType::kV) return alpha * output + sigma * x;
  return output;
}

torch::Tensor denoised(PredictionType type,
                       const torch::Tensor& x,
                       const torch::Tensor& output,
                       double sigma) {
  if (type == PredictionType::kSample) return output;
  const double total = sigma * sigma + 1;
  if (type == PredictionType::kV) return output * (-sigma / std::sqrt(total)) + x / total;
  return x - sigma * output;
}

}  // namespace big
