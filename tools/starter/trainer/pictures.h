#pragma once

#include <torch/types.h>

#include <filesystem>

namespace big {

/// The rendered art with what it can stand on: written by tools/starter/render.py.
struct StarterPictures {
  torch::Tensor art;      ///< [N,4,S,S] uint8, with alpha
  torch::Tensor colours;  ///< [K,3] uint8, white first
  torch::Tensor scenes;   ///< [M,3,S,S] uint8
};

StarterPictures read_pictures(const std::filesystem::path& file);

/// Art over random backgrounds, half of it mirrored: 2 in 5 white, 2 in 5 a colour, the rest a scene.
/// rows [B] int64 -> pixels [B,3,S,S] in [-1,1].
torch::Tensor compose(const StarterPictures& pictures, const torch::Tensor& rows, torch::Generator& random);

}  // namespace big
