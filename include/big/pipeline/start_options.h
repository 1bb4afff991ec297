#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace big {

/// A picture to begin from in place of noise alone, and what of it is drawn anew.
struct StartOptions {
  std::filesystem::path init_image;  ///< empty: from noise alone
  double strength = 0.75;            ///< over 0, at most 1: the share of the steps that is made
  std::filesystem::path mask;        ///< as large as init_image: white is drawn anew, black stays bit for bit
  double mask_blur = 0;              ///< pixels of init_image in which what is drawn fades into what stays
  bool inpaint_masked_only = false;  ///< the masked part and its surroundings are drawn at full size
  int64_t mask_padding = 32;         ///< those surroundings, in pixels of init_image on each side
};

/// Drawing once more over a larger version of what was drawn.
struct HiresOptions {
  double scale = 1;                  ///< of both sides; 1: no second pass
  double strength = 0.5;             ///< as StartOptions'
  int64_t steps = 0;                 ///< 0: as many as the first pass
  std::string upscaler = "lanczos";  ///< lanczos: of the picture; latent: of its latents, bilinear
};

}  // namespace big
