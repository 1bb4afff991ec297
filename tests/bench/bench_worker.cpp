// bench_worker WHAT MODEL SIDE BATCH THREADS DTYPE: loads MODEL, does WHAT once uncounted, says "ready"; from then on
// does it once for every line on stdin and writes its seconds. Pictures of SIDE pixels. tests/bench/peer.py is the same
// in diffusers.
#include <torch/types.h>

#include <chrono>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <utility>

#include "big/pipeline/device.h"
#include "big/pipeline/text_to_image.h"
#include "big/training/trainer.h"

namespace big {
namespace {

struct Wish {
  std::string what, folder;
  int64_t side = 0, batch = 1;
  torch::ScalarType dtype = torch::kFloat32;
};

/// Nobody asks for more.
struct EndOfInput {};

/// The parent's side of the conversation: one line asks, one line answers.
class Turns {
 public:
  /// Waits for the next request.
  void wait() {
    std::string line;
    if (!std::getline(std::cin, line)) throw EndOfInput();
    begin_ = Clock::now();
  }
  void answer() {
    const std::chrono::duration<double> seconds = Clock::now() - begin_;
    if (std::exchange(warm_, true)) {
      std::cout << seconds.count() << std::endl;
    } else {
      std::cout << "ready" << std::endl;
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_ = Clock::now();
  bool warm_ = false;
};

void serve(const std::function<void()>& work) {
  const torch::NoGradGuard no_gradients;
  for (Turns turns;; turns.wait()) {
    work();
    turns.answer();
  }
}

std::vector<Example> random_examples(const StableDiffusion& model, const Wish& wish, size_t count, const std::string& prompt) {
  const int64_t side = wish.side / model.vae->config.scale(), channels = model.vae->config.latent_channels;
  std::vector<Example> examples(count);
  for (auto& example : examples) {
    example.latent_mean = torch::randn({channels, side, side}) / model.vae->config.scaling_factor;
    example.latent_std = torch::full({channels, side, side}, 0.1);
    example.prompt = prompt;
  }
  return examples;
}

/// One update of the loop for every request.
void serve_training(StableDiffusion& model, const Wish& wish, const std::string& method) {
  const TrainingData data{random_examples(model, wish, 5, "a sks cat"), random_examples(model, wish, 48, "a cat"), {}};
  TrainOptions options;
  options.method = method;
  options.max_train_steps = 1'000'000;
  options.resolution = wish.side;
  options.train_batch_size = wish.batch;
  options.gradient_accumulation_steps = 1;
  Turns turns;
  train(model, data, options, [&](const Progress&) {
    turns.answer();
    turns.wait();
  });
}

void serve_pictures(StableDiffusion& model, const Wish& wish) {
  GenerateOptions options;
  options.prompt = "a cat";
  options.num_images = wish.batch;
  options.num_inference_steps = 25;
  options.height = options.width = wish.side;
  serve([&] { generate(model, options, [](int64_t, const Image&) {}); });
}

/// A guided step's call: both halves of the guidance in one batch.
void serve_unet(StableDiffusion& model, const Wish& wish) {
  const int64_t side = wish.side / model.vae->config.scale();
  const auto text = encode_prompts(model, {"", "a cat"});
  const auto latents = torch::randn({2, model.unet->config.in_channels, side, side}).to(model.dtype);
  const auto timestep = torch::full({1}, 500, torch::kInt64);
  AddedConditions added;
  added.pooled = text.pooled;
  if (model.time_id_count() > 0) {
    added.time_ids = time_ids(model, {wish.side, wish.side, 0, 0, wish.side, wish.side}).expand({2, -1});
  }
  serve([&] { model.unet->forward(latents, timestep, text.context, added); });
}

void serve_vae(StableDiffusion& model, const Wish& wish) {
  const int64_t side = wish.side / model.vae->config.scale();
  const auto latents = torch::randn({1, model.vae->config.latent_channels, side, side}).to(model.dtype);
  const auto pixels = torch::rand({1, 3, wish.side, wish.side}).to(model.dtype) * 2 - 1;
  if (wish.what == "vae_decode") serve([&] { model.vae->decode(latents); });
  serve([&] { model.vae->encode(pixels); });
}

void run(const Wish& wish) {
  LoadOptions load;
  load.dtype = wish.dtype;
  auto model = load_model(wish.folder, load);
  const std::map<std::string, std::function<void()>> works = {
      {"unet", [&] { serve_unet(model, wish); }},
      {"vae_decode", [&] { serve_vae(model, wish); }},
      {"vae_encode", [&] { serve_vae(model, wish); }},
      {"text", [&] { serve([&] { encode_prompts(model, {"", "a cat"}); }); }},
      {"picture", [&] { serve_pictures(model, wish); }},
      {"train", [&] { serve_training(model, wish, "full"); }},
      {"train_lora", [&] { serve_training(model, wish, "lora"); }},
  };
  works.at(wish.what)();
}

}  // namespace
}  // namespace big

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: bench_worker WHAT MODEL SIDE BATCH THREADS fp32|fp16|bf16\n";
    return 2;
  }
  try {
    big::set_threads(std::stoll(argv[5]));
    big::run({argv[1], argv[2], std::stoll(argv[3]), std::stoll(argv[4]), big::parse_dtype(argv[6], torch::kCPU)});
  } catch (const big::EndOfInput&) {
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
}
