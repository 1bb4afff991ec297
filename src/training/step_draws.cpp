#include "step_draws.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

#include "random_streams.h"

namespace big {

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
  SplitMix numbers(mix_seed(mix_seed(seed, Stream::kCrop, static_cast<uint64_t>(pass)), Stream::kCrop,
                            static_cast<uint64_t>(row)));
  Corner corner;
  corner.x = static_cast<int>(numbers.below(static_cast<uint64_t>(image.width - side) + 1));
  corner.y = static_cast<int>(numbers.below(static_cast<uint64_t>(image.height - side) + 1));
  return corner;
}

bool draw_flip(uint64_t seed, int64_t pass, int64_t row) {
  const uint64_t of_pass = mix_seed(seed, Stream::kFlip, static_cast<uint64_t>(pass));
  return SplitMix(mix_seed(of_pass, Stream::kFlip, static_cast<uint64_t>(row))).below(2) == 1;
}

}  // namespace big
