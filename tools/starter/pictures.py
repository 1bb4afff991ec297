"""The starter's pictures: sets and their style words, background colours, concepts, captions, and how they are read."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import safe_open

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
# The last has too few of the concepts: it trains the VAE only.
CAPTIONED_STYLES = ("noto", "twitter", "flat", "3d", "emojitwo", "blob")

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
    label: list[str]  # N English names of emoji, in lower case
    style: list[str]  # N style words


def load_rendered(folder: Path) -> Rendered:
    with safe_open(folder / "pictures.safetensors", "np") as content:
        names = json.loads(content.metadata()["names"])
        return Rendered(content.get_tensor("rgba"), names["label"], names["style"])


def load_concepts() -> dict[str, str]:
    """Name of each concept that the UNet learns -> its class."""
    rows = json.loads((Path(__file__).parent / "concepts.json").read_text())
    return {row["concept"]: row["class"] for row in rows}


def over_background(rgba: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Puts pictures [N, H, W, 4] over a background that broadcasts to [N, H, W, 3]; returns uint8 RGB."""
    alpha = rgba[..., 3:4].astype(np.float32) / 255
    return (rgba[..., :3] * alpha + np.asarray(background, np.float32) * (1 - alpha)).round().astype(np.uint8)
