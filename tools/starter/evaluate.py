"""Draws random training prompts with a starter and counts how often the right thing came out.

    python evaluate.py --model models/starter --data build/starter --sheet build/starter/grid.png

A drawn picture counts for concept, class, style or background when the nearest training latent has it. The sheet shows
rows of training pictures, each above the row that was drawn for the same prompts.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionPipeline

from dreambooth import decode, draw, sheet
from pictures import CAPTIONED_STYLES, COLOURS, load_concepts

PICTURES_A_ROW = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="the folder of prepare.py")
    parser.add_argument("--sheet", type=Path, required=True)
    parser.add_argument("--prompts", type=int, default=96)
    parser.add_argument("--seed", type=int, default=3)
    arguments = parser.parse_args()

    content = np.load(arguments.data / "latents.npz")
    plain = np.isin(content["background"], list(COLOURS)) & np.isin(content["style"], CAPTIONED_STYLES)
    label, style, background = (content[key][plain] for key in ("label", "style", "background"))
    latents = torch.from_numpy(content["latents"][plain]).float()
    class_of = load_concepts()
    classes = np.array([class_of[name] for name in label])

    asked = np.random.default_rng(arguments.seed).choice(len(label), arguments.prompts, replace=False)
    prompts = [
        f"a {label[i]}, {style[i]} style" + ("" if background[i] == "white" else f", on a {background[i]} background")
        for i in asked
    ]
    pipe = StableDiffusionPipeline.from_pretrained(arguments.model)
    pipe.set_progress_bar_config(disable=True)
    drawn = draw(pipe, prompts, seed=100)
    found = torch.cdist(drawn.flatten(1), latents.flatten(1)).argmin(1).numpy()
    shares = {
        name: (values[asked] == values[found]).mean()
        for name, values in dict(concept=label, **{"class": classes}, style=style, background=background).items()
    }
    print(" ".join(f"{name} {share:.0%}" for name, share in shares.items()))

    shown = range(0, min(64, arguments.prompts), PICTURES_A_ROW)
    rows = [
        decode(pipe, x[start : start + PICTURES_A_ROW]) for start in shown for x in (latents[asked], drawn)
    ]
    sheet(rows, arguments.sheet)


if __name__ == "__main__":
    main()
