"""The VAE in overlapping tiles by diffusers: tiled_vae.safetensors holds pixels, moments, latents, decoded."""

import torch
from safetensors.torch import save_file

CELLS = (34, 23)  # of a picture that takes several tiles each way, the last ones cut


def make(ctx):
    vae = ctx.pipe.vae
    if ctx.family not in ("sd1", "sdxl"):
        return
    factor = ctx.pipe.vae_scale_factor
    tile = vae.config.sample_size // factor
    height, width = (cells * tile // 16 for cells in CELLS)
    pixels = torch.rand(1, 3, height * factor, width * factor) * 2 - 1
    latents = torch.randn(1, vae.config.latent_channels, height, width)
    vae.enable_tiling()
    with torch.no_grad():
        moments = vae._encode(pixels)
        decoded = vae.decode(latents).sample
    vae.disable_tiling()
    tensors = {"pixels": pixels, "latents": latents, "moments": moments, "decoded": decoded}
    save_file({name: one.contiguous() for name, one in tensors.items()}, ctx.out / "tiled_vae.safetensors")
