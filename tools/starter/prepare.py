"""Encodes the UNet's training pictures once: pictures.safetensors and the VAE -> OUT/latents.safetensors.

Every picture of the chosen concepts stands on white (also mirrored), on each colour, and in some scenes. One in eight
(concept, style, colour) triples is held out: evaluate.py asks for those too.
"""

import argparse
import json
import zlib
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from safetensors.numpy import save_file

from pictures import CAPTIONED_STYLES, COLOURS, load_concepts, load_rendered, over_background
from scenes import SCENES, draw_scene, placed

SCENES_A_PICTURE = 4


def is_held_out(concept: str, style: str, background: str) -> bool:
    """A rule that any program can repeat; white is what most prompts mean and is never held out."""
    return background != "white" and zlib.crc32(f"{concept}/{style}/{background}".encode()) % 8 == 0


def variants(rgba: np.ndarray, concept: str, style: str, random: np.random.Generator):
    """Yields (RGB picture, name of its background)."""
    mirrored = rgba[:, ::-1]
    for name, colour in COLOURS.items():
        if name == "white":
            yield over_background(rgba, colour), name
            yield over_background(mirrored, colour), name
        elif not is_held_out(concept, style, name):
            yield over_background(rgba if random.random() < 0.5 else mirrored, colour), name
    for name in random.choice(list(SCENES), SCENES_A_PICTURE, replace=False):
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
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    random = np.random.default_rng(1)
    vae = AutoencoderKL.from_pretrained(arguments.vae).eval()
    rendered, class_of = load_rendered(arguments.pictures), load_concepts()
    concepts, backgrounds = list(class_of), [*COLOURS, *SCENES]
    latents, rows = [], []
    for rgba, label, style in zip(rendered.rgba, rendered.label, rendered.style):
        if label not in class_of or style not in CAPTIONED_STYLES:
            continue
        pictures, names = zip(*variants(rgba, label, style, random))
        latents.append(encode(vae, np.stack(pictures)))
        about = concepts.index(label), CAPTIONED_STYLES.index(style)
        rows += [(*about, backgrounds.index(name)) for name in names]
    content = dict(zip(("concept", "style", "background"), np.array(rows, np.int64).T.copy()))
    content["latents"] = np.concatenate(latents)
    deviation = content["latents"].astype(np.float32).std()
    print(f"{len(rows)} latents of {len(concepts)} concepts, deviation {deviation:.3f}")
    names = {
        "concepts": concepts,
        "classes": list(class_of.values()),
        "styles": CAPTIONED_STYLES,
        "backgrounds": backgrounds,
        "colours": len(COLOURS),
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    save_file(content, arguments.out / "latents.safetensors", {"names": json.dumps(names)})


if __name__ == "__main__":
    main()
