#include "pictures.h"

#include <torch/types.h>

#include "big/weights/safetensors.h"

namespace big {

StarterPictures read_pictures(const std::filesystem::path& file) {
  const SafetensorsFile stored(file);
  return {stored.tensor("rgba").permute({0, 3, 1, 2}).contiguous(), stored.tensor("colours"),
          stored.tensor("scenes").permute({0, 3, 1, 2}).contiguous()};
}

torch::Tensor compose(const StarterPictures& pictures, const torch::Tensor& rows, torch::Generator& random) {
  const int64_t count = rows.size(0);
  auto art = pictures.art.index_select(0, rows).to(torch::kFloat32);  // [B,4,S,S]
  const auto mirrored = torch::rand({count, 1, 1, 1}, random) < 0.5;
  art = torch::where(mirrored, art.flip(3), art);

  const auto colour = torch::randint(pictures.colours.size(0), {count}, random);
  auto behind = pictures.colours.index_select(0, colour).to(torch::kFloat32).view({count, 3, 1, 1});
  const auto scene =
      pictures.scenes.index_select(0, torch::randint(pictures.scenes.size(0), {count}, random));
  const auto kind = torch::rand({count, 1, 1, 1}, random);
  behind = torch::where(kind < 0.4, torch::full({1}, 255.0f), behind);
  behind = torch::where(kind < 0.8, behind, scene.to(torch::kFloat32));  // [B,3,S,S]

  const auto alpha = art.slice(1, 3) / 255;
  return (art.slice(1, 0, 3) * alpha + behind * (1 - alpha)) / 127.5 - 1;
}

}  // namespace big
