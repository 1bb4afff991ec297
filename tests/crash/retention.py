"""Two drawn subjects taught to one metamodel, one after the other: afterwards it draws both."""

from pathlib import Path

import numpy as np
from PIL import Image

from tools import check, main

PICTURES = 16
ENOUGH = 12
SUBJECTS = {"drawn": "cat", "drawn_dog": "dog"}


def features(path):
    """Colour histogram (4x4x4) and gradient directions (4x4 cells of 8), each of unit length."""
    pixels = np.asarray(Image.open(path).convert("RGB").resize((64, 64), Image.BILINEAR), dtype=np.float64)
    bins = (pixels // 64).astype(int)
    colour = np.bincount((bins[..., 0] * 16 + bins[..., 1] * 4 + bins[..., 2]).ravel(), minlength=64).astype(float)
    dy, dx = np.gradient(pixels.mean(axis=2))
    strength, direction = np.hypot(dx, dy), ((np.arctan2(dy, dx) + np.pi) / (2 * np.pi) * 8).astype(int) % 8
    cells = np.zeros((4, 4, 8))
    rows, columns = np.indices((64, 64)) // 16
    np.add.at(cells, (rows, columns, direction), strength)
    parts = [np.sqrt(colour), cells.ravel()]
    return np.concatenate([part / (np.linalg.norm(part) + 1e-9) for part in parts])


def distance(picture, photos):
    """To the nearest photo."""
    return min(np.linalg.norm(picture - photo) for photo in photos)


def test(tools, _):
    """Two subjects, one metamodel."""
    photos, identifiers = {}, {}
    for name, category in SUBJECTS.items():
        folder = tools.source / "examples" / name
        photos[name] = [features(file) for file in sorted(folder.glob("*.png"))]
        taught = tools.run("finetune", folder, "--category", category, "--target_model", "meta", "--seed", 1, "--threads", 1)
        identifiers[name] = taught["identifier"]
        print(f"{name}: '{taught['identifier']}', {taught['seconds']:.0f} s", flush=True)

    for name, other in zip(SUBJECTS, reversed(SUBJECTS)):
        drawn = tools.run("generate", "--prompt", f"a {identifiers[name]}", "--target_model", "meta", "--num_images",
                          PICTURES, "--seed", 100, "--threads", 1, "--output_dir", tools.models.parent / "drawn")
        pictures = [features(tools.models.parent / Path(image["path"])) for image in drawn["images"]]
        own = sum(distance(p, photos[name]) < distance(p, photos[other]) for p in pictures)
        print(f"{name}: {own} of {PICTURES} nearer to its own photos", flush=True)
        check(own >= ENOUGH, f"{name}: {own} of {PICTURES} are nearer to its own photos, expected {ENOUGH}")


if __name__ == "__main__":
    main(test)
