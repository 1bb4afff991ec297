"""Draws with a starter and counts how often what was asked for came out.

    python evaluate.py --model models/starter --data build/starter --sheet build/starter/grid.png

Half of the prompts are (concept, style, colour) triples that training never saw together. A drawn picture counts for
concept, class, style or background when the nearest training latent has it; each share comes with its 95 % interval
(Wilson). The sheet shows what was asked above what was drawn; a triple that was held out has no picture above.
"""

import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from safetensors import safe_open

from dreambooth import decode, draw, sheet
from prepare import is_held_out

PICTURES_A_ROW = 16


def wilson(right: int, asked: int) -> str:
    """A share and its 95 % confidence interval."""
    z, share = 1.96, right / asked
    middle = share + z * z / (2 * asked)
    spread = z * math.sqrt(share * (1 - share) / asked + z * z / (4 * asked * asked))
    low, high = ((middle + sign * spread) / (1 + z * z / asked) for sign in (-1, 1))
    return f"{share:.0%} ({low:.0%} to {high:.0%})"


class Data:
    """Training latents on white and on colours, and the triples that can be asked for."""

    def __init__(self, folder: Path):
        with safe_open(folder / "latents.safetensors", "np") as content:
            self.names = json.loads(content.metadata()["names"])
            background = content.get_tensor("background")
            plain = background < self.names["colours"]
            self.background = background[plain]
            self.concept, self.style, latents = (
                content.get_tensor(name)[plain] for name in ("concept", "style", "latents")
            )
        self.latents = torch.from_numpy(latents).float().flatten(1)
        self.trained = set(zip(*(values.tolist() for values in (self.concept, self.style, self.background))))
        concepts, styles, backgrounds = (self.names[key] for key in ("concepts", "styles", "backgrounds"))
        self.held_out = [
            (c, s, b)
            for c, s in sorted({(c, s) for c, s, _ in self.trained})
            for b in range(self.names["colours"])
            if is_held_out(concepts[c], styles[s], backgrounds[b])
        ]

    def prompt(self, asked: tuple) -> str:
        concept, style, background = (self.names[k][i] for k, i in zip(("concepts", "styles", "backgrounds"), asked))
        return f"a {concept}, {style} style" + ("" if background == "white" else f", on a {background} background")

    def picture_of(self, asked: tuple) -> torch.Tensor:
        """A training latent of that triple, or zeros."""
        same = (self.concept == asked[0]) & (self.style == asked[1]) & (self.background == asked[2])
        return self.latents[int(same.argmax())] if same.any() else torch.zeros_like(self.latents[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="the folder of prepare.py")
    parser.add_argument("--sheet", type=Path, required=True)
    parser.add_argument("--prompts", type=int, default=96)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    data = Data(arguments.data)
    random = np.random.default_rng(arguments.seed)
    asked = []
    for triples in (sorted(data.trained), data.held_out):
        chosen = random.choice(len(triples), min(len(triples), arguments.prompts // 2), replace=False)
        asked += [triples[i] for i in chosen]

    pipe = StableDiffusionPipeline.from_pretrained(arguments.model)
    pipe.set_progress_bar_config(disable=True)
    drawn = draw(pipe, [data.prompt(one) for one in asked], seed=100)
    found = torch.cdist(drawn.flatten(1), data.latents).argmin(1).numpy()
    classes = np.array(data.names["classes"])
    wanted = np.array(asked)
    right = {
        "concept": data.concept[found] == wanted[:, 0],
        "class": classes[data.concept[found]] == classes[wanted[:, 0]],
        "style": data.style[found] == wanted[:, 1],
        "background": data.background[found] == wanted[:, 2],
    }
    trained = np.array([one in data.trained for one in asked])
    for group, rows in (("trained together", trained), ("held out", ~trained)):
        if rows.any():
            shares = (f"{name} {wilson(int(values[rows].sum()), int(rows.sum()))}" for name, values in right.items())
            print(f"{group}, {rows.sum()} prompts: " + ", ".join(shares))

    rows = []
    for start in range(0, min(64, len(asked)), PICTURES_A_ROW):
        part = slice(start, start + PICTURES_A_ROW)
        given = torch.stack([data.picture_of(one) for one in asked[part]]).view_as(drawn[part])
        rows += [decode(pipe, given), decode(pipe, drawn[part])]
    sheet(rows, arguments.sheet)


if __name__ == "__main__":
    main()
