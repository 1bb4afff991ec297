"""Backgrounds like those of photographs, drawn from noise: what a subject's own photos have, and plain colours lack."""

import numpy as np
from PIL import Image

from pictures import SIZE


def smooth_noise(random: np.random.Generator, cells_down: int, cells_across: int) -> np.ndarray:
    """Noise [SIZE, SIZE] in 0..1 that changes over about SIZE / cells pixels."""
    grid = Image.fromarray((random.random((cells_down, cells_across)) * 255).astype(np.uint8))
    return np.asarray(grid.resize((SIZE, SIZE), Image.Resampling.BICUBIC), np.float32) / 255


def mixed(amount: np.ndarray, low: tuple, high: tuple) -> np.ndarray:
    """The colour between `low` and `high` at each pixel."""
    return np.asarray(low) + amount[..., None] * (np.asarray(high, np.float32) - np.asarray(low))


def grass(random):
    blades = 0.6 * smooth_noise(random, 16, 48) + 0.4 * smooth_noise(random, 4, 4)
    return mixed(blades, (40, 90, 20), (150, 200, 70))


def brick(random):
    row_height, brick_width = int(random.integers(7, 12)), int(random.integers(14, 22))
    y, x = np.mgrid[:SIZE, :SIZE] + random.integers(0, 20, (2, 1, 1))
    row = y // row_height
    shifted = x + (row % 2) * (brick_width // 2)
    mortar = (y % row_height == 0) | (shifted % brick_width == 0)
    shade = random.random((64, 64))[row % 64, (shifted // brick_width) % 64]
    wall = mixed(0.7 * shade + 0.3 * smooth_noise(random, 32, 32), (120, 55, 40), (190, 105, 80))
    return np.where(mortar[..., None], (195, 185, 175), wall)


def sand(random):
    return mixed(0.5 * smooth_noise(random, 3, 3) + 0.5 * smooth_noise(random, 40, 40), (190, 160, 110), (240, 220, 175))


def sky(random):
    height = np.linspace(1, 0, SIZE, dtype=np.float32)[:, None, None]
    clouds = np.clip(3 * smooth_noise(random, 6, 4) - 1.6, 0, 1)[..., None]
    return (np.array((180, 215, 245)) - height * np.array((90, 70, 20))) * (1 - clouds) + 250 * clouds


def night(random):
    stars = random.random((SIZE, SIZE)) > 0.99
    return np.where(stars[..., None], 230, mixed(smooth_noise(random, 3, 3), (8, 10, 35), (40, 45, 95)))


def stone(random):
    rough = 0.5 * smooth_noise(random, 5, 5) + 0.3 * smooth_noise(random, 14, 14) + 0.2 * random.random((SIZE, SIZE))
    return mixed(rough, (85, 85, 85), (205, 200, 190))


def wood(random):
    planks = int(random.integers(10, 20))
    grain = 0.7 * smooth_noise(random, 40, 3) + 0.3 * smooth_noise(random, 6, 2)
    gap = (np.arange(SIZE) % planks == 0)[:, None, None]
    return np.where(gap, (70, 45, 25), mixed(grain, (120, 80, 45), (205, 155, 100)))


def water(random):
    return mixed(0.7 * smooth_noise(random, 20, 5) + 0.3 * smooth_noise(random, 4, 3), (20, 80, 130), (120, 190, 220))


SCENES = dict(grass=grass, brick=brick, sand=sand, sky=sky, night=night, stone=stone, wood=wood, water=water)


def draw_scene(name: str, random: np.random.Generator) -> np.ndarray:
    """A background [SIZE, SIZE, 3] as float in 0..255, new each time, under its own light."""
    light = random.uniform(0.8, 1.1) * (1 + random.uniform(-0.15, 0.15) * np.linspace(-1, 1, SIZE)[None, :, None])
    return np.clip(SCENES[name](random) * light, 0, 255)


def placed(rgba: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The picture [SIZE, SIZE, 4] smaller, turned a little and off the middle, as in a photograph."""
    side = int(SIZE * random.uniform(0.55, 1.0))
    turned = Image.fromarray(rgba).rotate(random.uniform(-15, 15), Image.Resampling.BICUBIC)
    canvas = Image.new("RGBA", (SIZE, SIZE))
    place = tuple(int(x) for x in random.integers(0, SIZE - side + 1, 2))
    canvas.paste(turned.resize((side, side), Image.Resampling.LANCZOS), place)
    return np.asarray(canvas)
