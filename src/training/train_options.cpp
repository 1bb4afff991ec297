#include "big/training/train_options.h"

namespace big {

namespace {

constexpr double kFloat = sizeof(float);

double optimizer_bytes(const std::string& optimizer) {
  if (optimizer == "adamw8bit") return 2.1;
  if (optimizer == "adafactor") return 2.7;  // rows and columns of 3x3 filters; of matrices next to nothing
  if (optimizer == "lion" || optimizer == "sgd") return kFloat;
  if (optimizer == "prodigy") return 4 * kFloat;
  return 2 * kFloat;
}

}  // namespace

double usual_learning_rate(const std::string& optimizer, double of_adamw) {
  if (optimizer == "prodigy") return 1;          // its authors': a factor of the step size that it finds
  if (optimizer == "lion") return of_adamw / 3;  // arXiv 2302.06675, section 5: 3 to 10 times smaller
  return of_adamw;
}

bool releases_gradients(const TrainOptions& options) {
  return options.gradient_accumulation_steps == 1 && options.max_grad_norm == 0 &&
         options.optimizer != "prodigy";
}

double state_bytes_per_parameter(const TrainOptions& options) {
  return kFloat + optimizer_bytes(options.optimizer) + (options.use_ema ? kFloat : 0) +
         (options.keep == "best" ? kFloat : 0);
}

double trained_bytes_per_parameter(const TrainOptions& options) {
  return state_bytes_per_parameter(options) + (releases_gradients(options) ? 0 : kFloat);
}

}  // namespace big
