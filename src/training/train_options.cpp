#include "big/training/train_options.h"

namespace big {

double usual_learning_rate(const std::string& optimizer, double of_adamw) {
  if (optimizer == "prodigy") return 1;            // its authors': a factor of the step size that it finds
  if (optimizer == "lion") return of_adamw / 3;    // arXiv 2302.06675, section 5: 3 to 10 times smaller
  if (optimizer == "sgd") return 1000 * of_adamw;  // measured on the starter: docs/training.md
  return of_adamw;
}

double optimizer_bytes_per_parameter(const std::string& optimizer) {
  if (optimizer == "adamw8bit") return 2.1;
  if (optimizer == "adafactor") return 2.7;  // rows and columns of 3x3 filters; of matrices next to nothing
  if (optimizer == "lion" || optimizer == "sgd") return 4;
  if (optimizer == "prodigy") return 16;
  return 8;
}

}  // namespace big
