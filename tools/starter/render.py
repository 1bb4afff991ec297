"""Draws every emoji of the picture sets at 64 px, and scenes: NPM/node_modules -> OUT/pictures.safetensors (a minute).

    npm install --prefix build/starter tools/starter     (the packages that package.json names)
    python render.py --packages build/starter/node_modules --out build/starter
"""

import argparse
import io
import json
import re
import unicodedata
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image
from safetensors.numpy import save_file

from pictures import COLOURS, SIZE, STYLES
from scenes import SCENES, draw_scene

# Backgrounds that the autoencoder sees, of each kind of scene.
SCENES_OF_A_KIND = 200


def slug(text: str) -> str:
    """A name as icon sets write it: "Rolling on the floor" -> "rolling-on-the-floor"."""
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


def code_names(emoji: dict) -> list[str]:
    """The emoji's code points as file names have them: with and without the variation selector."""
    code = emoji["hexcode"].lower()
    return [code, "-".join(part for part in code.split("-") if part != "fe0f")]


class IconSet:
    """One Iconify package: SVG bodies by name, and names by code points."""

    def __init__(self, folder: Path):
        self.content = json.loads((folder / "icons.json").read_text())
        self.by_code = json.loads((folder / "chars.json").read_text())
        names = [*self.content["icons"], *self.content.get("aliases", {})]
        self.by_squeezed_name = {name.replace("-", ""): name for name in names}

    def find(self, emoji: dict) -> str | None:
        """The icon's name by its code points, else by its English or Unicode name."""
        for code in code_names(emoji):
            if code in self.by_code:
                return self.by_code[code]
        visible = [c for c in emoji["emoji"] if ord(c) not in (0xFE0F, 0x200D)]
        unicode_name = " ".join(unicodedata.name(c, "") for c in visible)
        for name in (slug(emoji["label"]), slug(unicode_name)):
            if name.replace("-", "") in self.by_squeezed_name:
                return self.by_squeezed_name[name.replace("-", "")]
        return None

    def draw(self, emoji: dict) -> Image.Image | None:
        name = self.find(emoji)
        if name is None:
            return None
        parent = self.content.get("aliases", {}).get(name, {}).get("parent", name)
        icon = self.content["icons"].get(parent)
        if icon is None:
            return None
        height = icon.get("height", self.content.get("height", 16))
        width = icon.get("width", self.content.get("width", height))
        box = f'{icon.get("left", 0)} {icon.get("top", 0)} {width} {height}'
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="{box}" width="{width}" height="{height}">{icon["body"]}</svg>'
        )
        side = {"width": SIZE} if width >= height else {"height": SIZE}
        return centred(Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg, **side)))).convert("RGBA"))


class PictureFolder:
    """A package of ready pictures named by code points."""

    def __init__(self, folder: Path):
        self.folder = folder / "assets"

    def draw(self, emoji: dict) -> Image.Image | None:
        for code in code_names(emoji):
            path = self.folder / f"{code}.webp"
            if path.exists():
                return Image.open(path).convert("RGBA").resize((SIZE, SIZE), Image.Resampling.LANCZOS)
        return None


def centred(picture: Image.Image) -> Image.Image:
    """The picture in the middle of a transparent square."""
    if picture.size == (SIZE, SIZE):
        return picture
    picture.thumbnail((SIZE, SIZE), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (SIZE, SIZE))
    square.paste(picture, ((SIZE - picture.width) // 2, (SIZE - picture.height) // 2))
    return square


def emoji_without_people(packages: Path) -> list[dict]:
    """Every base emoji but people, their parts (group 1), skin tones (2) and flags (9)."""
    emoji = json.loads((packages / "emojibase-data/en/data.json").read_text())
    return [one for one in emoji if one.get("group") in (0, 3, 4, 5, 6, 7)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, required=True, help="the node_modules folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="only every so many emoji: for trials")
    arguments = parser.parse_args()

    rgba, labels, styles = [], [], []
    all_emoji = emoji_without_people(arguments.packages)[:: arguments.every]
    for package, style in STYLES.items():
        folder = arguments.packages / package
        pictures = IconSet(folder) if (folder / "icons.json").exists() else PictureFolder(folder)
        before = len(rgba)
        for emoji in all_emoji:
            picture = pictures.draw(emoji)
            if picture is not None:
                rgba.append(np.asarray(picture))
                labels.append(emoji["label"].lower())
                styles.append(style)
        print(f"{style}: {len(rgba) - before} of {len(all_emoji)}", flush=True)
    arguments.out.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    scenes = [draw_scene(name, random).round().astype(np.uint8) for name in SCENES for _ in range(SCENES_OF_A_KIND)]
    pictures = {
        "rgba": np.stack(rgba),
        "colours": np.array(list(COLOURS.values()), np.uint8),
        "scenes": np.stack(scenes),
    }
    names = json.dumps({"label": labels, "style": styles})
    save_file(pictures, arguments.out / "pictures.safetensors", {"names": names})


if __name__ == "__main__":
    main()
