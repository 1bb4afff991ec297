// train_bench MODEL STEPS BATCH THREADS: the seconds of each update of the training loop, as a JSON list on
// stdout.
#include <torch/types.h>

#include <chrono>
#include <exception>
#include <iostream>
#include <string>

#include "big/core/json.h"
#include "big/pipeline/device.h"
#include "big/training/trainer.h"

namespace big {
namespace {

std::vector<Example> random_examples(const StableDiffusion& model, size_t count, const std::string& prompt) {
  const auto side = model.unet->config.sample_size, channels = model.vae->config.latent_channels;
  std::vector<Example> examples(count);
  for (auto& example : examples) {
    example.latent_mean = torch::randn({channels, side, side}) / model.vae->config.scaling_factor;
    example.latent_std = torch::full({channels, side, side}, 0.1);
    example.prompt = prompt;
  }
  return examples;
}

std::vector<double> seconds_of_steps(const std::string& folder, int64_t steps, int64_t batch) {
  using Clock = std::chrono::steady_clock;
  auto model = load_model(folder);
  const TrainingData data{random_examples(model, 5, "a sks cat"), random_examples(model, 48, "a cat"), {}};
  TrainOptions options;
  options.max_train_steps = steps;
  options.train_batch_size = batch;
  options.gradient_accumulation_steps = 1;

  std::vector<double> seconds;
  auto last = Clock::now();
  train(model, data, options, [&](const Progress&) {
    const auto now = Clock::now();
    seconds.push_back(std::chrono::duration<double>(now - last).count());
    last = now;
  });
  return seconds;
}

}  // namespace
}  // namespace big

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: train_bench MODEL STEPS BATCH THREADS\n";
    return 2;
  }
  try {
    big::set_threads(std::stoll(argv[4]));
    std::cout << big::Json(big::seconds_of_steps(argv[1], std::stoll(argv[2]), std::stoll(argv[3]))) << "\n";
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
}
