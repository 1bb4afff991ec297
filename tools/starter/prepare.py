"""Encodes the UNet's training pictures once: pictures.npz and the VAE -> OUT/latents.npz.

Every picture of the chosen concepts stands on white (also mirrored), on each colour, and twice in each scene.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL

from pictures import CAPTIONED_STYLES, COLOURS, load_concepts, load_rendered, over_background
from scenes import SCENES, draw_scene, placed

PICTURES_PER_SCENE = 2


def variants(rgba: np.ndarray, random: np.random.Generator):
    """Yields (RGB picture, name of its background)."""
    mirrored = rgba[:, ::-1]
    for name, colour in COLOURS.items():
        if name == "white":
            yield over_background(rgba, colour), name
            yield over_background(mirrored, colour), name
        else:
            yield over_background(rgba if random.random() < 0.5 else mirrored, colour), name
    for name in SCENES:
        for _ in range(PICTURES_PER_SCENE):
            picture = placed(rgba if random.random() < 0.5 else mirrored, random)
            yield over_background(picture, draw_scene(name, random)), name


@torch.no_grad()
def encode(vae: AutoencoderKL, rgb: np.ndarray) -> np.ndarray:
    """Pictures [N, 64, 64, 3] to scaled mean latents [N, 4, 16, 16]."""
    x = torch.from_numpy(rgb).permute(0, 3, 1, 2).float() / 127.5 - 1
    return (vae.encode(x).latent_dist.mean * vae.config.scaling_factor).half().numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, required=True, help="the folder of render.py")
    parser.add_argument("--vae", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()

    random = np.random.default_rng(1)
    vae = AutoencoderKL.from_pretrained(arguments.vae).eval()
    rendered, concepts = load_rendered(arguments.pictures), load_concepts()
    latents, labels, styles, backgrounds = [], [], [], []
    for rgba, label, style in zip(rendered.rgba, rendered.label, rendered.style):
        if label not in concepts or style not in CAPTIONED_STYLES:
            continue
        pictures, names = zip(*variants(rgba, random))
        latents.append(encode(vae, np.stack(pictures)))
        labels += [label] * len(names)
        styles += [style] * len(names)
        backgrounds += names
    latents = np.concatenate(latents)
    print(f"{len(latents)} latents of {len(set(labels))} concepts, deviation {latents.astype(np.float32).std():.3f}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    np.savez(arguments.out / "latents.npz", latents=latents, label=labels, style=styles, background=backgrounds)


if __name__ == "__main__":
    main()
