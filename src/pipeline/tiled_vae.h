#pragma once

#include "big/networks/autoencoder_kl.h"

namespace big {

/// Side of a tile in pixels: the config's sample_size, 0 where that is too small to blend anything (under
/// four latent cells).
int64_t vae_tile(const AutoencoderKLConfig& config);

/// Bytes that the decoder holds at its peak for one picture of H x W pixels: its last level's widest tensors.
uint64_t decoder_bytes(const AutoencoderKLConfig& config,
                       int64_t height,
                       int64_t width,
                       uint64_t bytes_per_value);

/// diffusers' AutoencoderKL._tiled_encode: pixels [B,3,H,W] -> moments [B,2C,h,w].
torch::Tensor encode_in_tiles(AutoencoderKL& vae, const torch::Tensor& pixels);
/// Its tiled_decode: latents [B,C,h,w], unscaled -> pixels [B,3,H,W].
torch::Tensor decode_in_tiles(AutoencoderKL& vae, const torch::Tensor& latents);

}  // namespace big
