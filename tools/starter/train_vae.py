"""Trains the autoencoder on all rendered pictures, on white and on colours: OUT is a folder of diffusers.

    python train_vae.py --pictures build/starter --out build/starter/vae --minutes 38
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL

from pictures import COLOURS, SIZE, load_rendered, over_background

CHANNELS, LATENT_CHANNELS = (16, 32, 64), 4
LEARNING_RATE, BATCH = 1e-3, 8
HELD_OUT = 96


def new_vae() -> AutoencoderKL:
    levels = len(CHANNELS)
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        block_out_channels=CHANNELS,
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=4,
        sample_size=SIZE,
        force_upcast=False,
    )
    # A latent that starts nearly without noise lets the decoder learn from the first step on.
    torch.nn.init.constant_(vae.quant_conv.bias[LATENT_CHANNELS:], -6)
    return vae


def batch_of(rgba: np.ndarray, random: np.random.Generator) -> torch.Tensor:
    """Pictures on random backgrounds, half of them white, half of them mirrored: [N, 3, 64, 64] in -1..1."""
    colours = np.array(list(COLOURS.values()))[random.integers(0, len(COLOURS), len(rgba))]
    colours[random.random(len(rgba)) < 0.5] = 255
    rgb = over_background(rgba, colours[:, None, None, :])
    mirrored = random.random(len(rgba)) < 0.5
    rgb[mirrored] = rgb[mirrored][:, :, ::-1]
    return torch.from_numpy(rgb).permute(0, 3, 1, 2).float() / 127.5 - 1


def loss_of(vae: AutoencoderKL, x: torch.Tensor) -> torch.Tensor:
    latent = vae.encode(x).latent_dist
    error = vae.decode(latent.sample()).sample - x
    divergence = 0.5 * (latent.mean**2 + latent.var - 1 - latent.logvar).mean()
    return error.abs().mean() + 2 * error.pow(2).mean() + 1e-5 * divergence


@torch.no_grad()
def quality(vae: AutoencoderKL, x: torch.Tensor) -> tuple[float, float]:
    """PSNR in dB of pictures decoded from their mean latents, and the latents' deviation."""
    mean = vae.encode(x).latent_dist.mean
    error = (vae.decode(mean).sample.clamp(-1, 1) - x) / 2
    return -10 * error.pow(2).mean((1, 2, 3)).log10().mean().item(), mean.std().item()


def train(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    rgba = random.permutation(load_rendered(arguments.pictures).rgba)
    held_out, rgba = batch_of(rgba[:HELD_OUT], random), rgba[HELD_OUT:]
    vae = new_vae()
    average = {key: value.clone() for key, value in vae.state_dict().items()}
    optimiser = torch.optim.AdamW(vae.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.99), weight_decay=1e-4, fused=True)

    started, step, share = time.process_time(), 0, 0.0
    while share < 1:
        falling = 0.5 * (1 + np.cos(np.pi * max(0.0, share - 0.4) / 0.6))
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * min(1, (step + 1) / 100) * max(0.02, falling)
        loss = loss_of(vae, batch_of(rgba[random.integers(0, len(rgba), BATCH)], random))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimiser.step()
        decay = min(0.998, (step + 1) / (step + 10))
        for key, value in vae.state_dict().items():
            average[key].lerp_(value, 1 - decay)
        step += 1
        share = (time.process_time() - started) / 60 / arguments.minutes
        if step % 500 == 0:
            print(f"step {step} loss {loss.item():.4f} PSNR {quality(vae, held_out)[0]:.2f} dB", flush=True)

    vae.load_state_dict(average)
    psnr, deviation = quality(vae, held_out)
    vae.register_to_config(scaling_factor=1 / deviation)
    vae.save_pretrained(arguments.out)
    print(f"PSNR {psnr:.2f} dB after {step * BATCH} pictures")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, required=True, help="the folder of render.py")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=38, help="CPU minutes")
    parser.add_argument("--threads", type=int, default=1)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
