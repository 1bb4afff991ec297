#include "step_draws.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

#include "random_streams.h"

namespace big {
namespace {

/// The numbers of one row of one pass.
SplitMix row_numbers(uint64_t seed, Stream stream, int64_t pass, int64_t row) {
  const uint64_t of_pass = mix_seed(seed, stream, static_cast<uint64_t>(pass));
  return SplitMix(mix_seed(of_pass, stream, static_cast<uint64_t>(row)));
}

}  // namespace

StepDraws draw_step(uint64_t seed, int64_t pass, at::IntArrayRef latent_shape, int64_t num_train_timesteps) {
  auto generator = at::detail::createCPUGenerator(mix_seed(seed, Stream::kStep, static_cast<uint64_t>(pass)));
  StepDraws draws;
  draws.latent_noise = torch::randn(latent_shape, generator);
  draws.noise = torch::randn(latent_shape, generator);
  draws.timesteps = torch::randint(num_train_timesteps, {latent_shape[0]}, generator, torch::kInt64);
  // Last, so that the numbers above are the same whether anybody asks for these.
  draws.offset_noise = torch::randn({latent_shape[0], latent_shape[1], 1, 1}, generator);
  return draws;
}

Corner draw_crop(uint64_t seed, int64_t pass, int64_t row, const Image& image, int side) {
  SplitMix numbers = row_numbers(seed, Stream::kCrop, pass, row);
  Corner corner;
  corner.x = static_cast<int>(numbers.below(static_cast<uint64_t>(image.width - side) + 1));
  corner.y = static_cast<int>(numbers.below(static_cast<uint64_t>(image.height - side) + 1));
  return corner;
}

bool draw_flip(uint64_t seed, int64_t pass, int64_t row) {
  return row_numbers(seed, Stream::kFlip, pass, row).below(2) == 1;
}

ColorChange draw_color_change(uint64_t seed, int64_t pass, int64_t row, double strength) {
  constexpr uint64_t kSteps = 1 << 20;
  SplitMix numbers = row_numbers(seed, Stream::kColor, pass, row);
  const auto factor = [&] {
    return 1 + strength * (2 * static_cast<double>(numbers.below(kSteps + 1)) / static_cast<double>(kSteps) - 1);
  };
  ColorChange change;
  change.brightness = factor();
  change.contrast = factor();
  change.saturation = factor();
  return change;
}

}  // namespace big
