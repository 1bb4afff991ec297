"""The starter's pictures: sets and their style words, background colours, concepts, captions, and how they are read."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SIZE = 64

# Package of each picture set -> the style word that captions use for it.
STYLES = {
    "@iconify-json/noto": "noto",
    "@iconify-json/twemoji": "twitter",
    "@iconify-json/fluent-emoji-flat": "flat",
    "@lobehub/fluent-emoji-3d": "3d",
    "@iconify-json/emojione": "emojitwo",
    "@iconify-json/noto-v1": "blob",
    "@iconify-json/fxemoji": "firefox",
}
# The last two have too few of the concepts: they train the VAE only.
CAPTIONED_STYLES = ("noto", "twitter", "flat", "3d", "emojitwo")

COLOURS = {
    "white": (255, 255, 255),
    "red": (244, 150, 150),
    "orange": (250, 200, 140),
    "yellow": (252, 236, 150),
    "green": (170, 225, 170),
    "blue": (160, 200, 245),
    "purple": (205, 175, 240),
    "pink": (250, 190, 220),
    "gray": (200, 200, 205),
}


@dataclass
class Rendered:
    """What render.py wrote: one row a picture."""

    rgba: np.ndarray  # [N, 64, 64, 4] uint8
    label: np.ndarray  # [N] the emoji's English name
    style: np.ndarray  # [N] its style word


def load_rendered(folder: Path) -> Rendered:
    content = np.load(folder / "pictures.npz")
    return Rendered(content["rgba"], content["label"], content["style"])


def load_concepts() -> dict[str, str]:
    """Name of each concept that the UNet learns -> its class."""
    rows = json.loads((Path(__file__).parent / "concepts.json").read_text())
    return {row["concept"]: row["class"] for row in rows}


def over_background(rgba: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Puts pictures [N, H, W, 4] over a background that broadcasts to [N, H, W, 3]; returns uint8 RGB."""
    alpha = rgba[..., 3:4].astype(np.float32) / 255
    return (rgba[..., :3] * alpha + np.asarray(background, np.float32) * (1 - alpha)).round().astype(np.uint8)


def caption(concept: str, class_name: str, style: str, background: str, random: np.random.Generator) -> str:
    """One of the ways to name a picture; one in ten is empty, for classifier-free guidance."""
    if random.random() < 0.1:
        return ""
    choice = random.random()
    text = f"a {concept}" if choice < 0.6 else f"a {class_name}" if choice < 0.8 else f"a {concept}, {class_name}"
    if random.random() < 0.7:
        text += f", {style} style"
    # White is what a prompt without a background means, so it is named only now and then.
    if background != "white" or random.random() < 0.2:
        text += f", on a {background} background"
    return text
