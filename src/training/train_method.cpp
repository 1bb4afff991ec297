#include "big/training/train_method.h"

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/training/train_options.h"

namespace big {

TrainMethod parse_train_method(const std::string& name) {
  if (name == "full") return TrainMethod::kFull;
  if (name == "lora") return TrainMethod::kLora;
  if (name == "textual_inversion") return TrainMethod::kTextualInversion;
  if (name == "pivotal") return TrainMethod::kPivotal;
  throw UsageError(
      concat("method is '", name, "', expected one of full, lora, textual_inversion, pivotal"));
}

double adamw_learning_rate(TrainMethod method) {
  switch (method) {
    case TrainMethod::kFull:
      return TrainOptions().learning_rate;
    case TrainMethod::kLora:
    case TrainMethod::kPivotal:
      return 1e-4;
    case TrainMethod::kTextualInversion:
      return 5e-4;
  }
  throw std::logic_error("a method without a rate");
}

}  // namespace big
