#include "loss.h"

namespace big {

torch::Tensor dreambooth_loss(const torch::Tensor& prediction,
                              const torch::Tensor& target,
                              double prior_loss_weight) {
  if (prior_loss_weight == 0) return at::mse_loss(prediction, target);

  const auto predictions = prediction.chunk(2);
  const auto targets = target.chunk(2);
  return at::mse_loss(predictions[0], targets[0]) +
         prior_loss_weight * at::mse_loss(predictions[1], targets[1]);
}

}  // namespace big
