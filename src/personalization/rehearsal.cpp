#include "rehearsal.h"

#include <chrono>

#include "big/pipeline/text_to_image.h"
#include "big/training/trainer.h"

namespace big {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Under this a first step is mostly libtorch warming up, so that a second one is worth its time.
constexpr double kQuickSeconds = 2;

}  // namespace

double seconds_per_class_image(StableDiffusion& base, const ClassImageRecipe& recipe) {
  GenerateOptions request = class_image_request(recipe, recipe.base_seed, 1);
  request.num_inference_steps = 2;
  const auto start = Clock::now();
  std::vector<double> ends;
  generate(
      base, request, [](int64_t, const Image&) {},
      [&](const Progress&) { ends.push_back(seconds_since(start)); });
  const double total = seconds_since(start);
  if (ends.size() < 2) return total * static_cast<double>(recipe.steps) / 2;
  // The second step is a warm one; what is left of the whole is the text and the VAE.
  const double step = ends[1] - ends[0];
  return total - ends[1] + step * static_cast<double>(recipe.steps);
}

double seconds_per_update(StableDiffusion& model,
                          const std::vector<Example>& instance,
                          const TrainOptions& options) {
  TrainingData data;
  data.instance = instance;
  // The photos stand in for class pictures, which may not be drawn yet: equal work.
  if (options.prior_loss_weight > 0) data.prior = instance;
  TrainOptions one = options;
  one.max_train_steps = 1;
  one.gradient_accumulation_steps = 1;
  one.lr_warmup_steps = 0;
  // The work of a step without its effect: a rate that ends in numbers that are none is the run's to tell.
  one.lr_scheduler = "constant";
  one.learning_rate = 1e-12;
  one.text_encoder_lr = -1;
  double seconds = train(model, data, one).seconds;
  if (seconds < kQuickSeconds) seconds = train(model, data, one).seconds;
  return seconds * static_cast<double>(options.gradient_accumulation_steps);
}

}  // namespace big
