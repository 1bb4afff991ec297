"""Draws the example's characters and look-alikes of their class: our own art, as SVG, rendered to PNG.

    python draw_example.py --out ../../examples/drawn                          six pictures of the teal cat
    python draw_example.py --character dog --out ../../examples/drawn_dog      six of the plum dog
    python draw_example.py --look_alikes --out ../../tests/starter/cats         eight other cats, in two pictures each
    python draw_example.py --look_alikes --character dog --out ../../tests/starter/dogs

Every picture is one face in one mood, turned and placed a little differently, on white.
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import resvg_py

SIZE = 256


@dataclass
class Character:
    """What stays the same in all pictures of one animal."""

    fur: str
    dark: str  # markings and outline of the ears
    muzzle: str
    ear: str = "pointed"  # pointed | round | floppy
    inner_ear: str = "#f4a7b3"
    iris: str = "#ffffff"
    marking: str = "none"  # none | stripes | spots | mask
    wears: str = "none"  # none | patch | scarf | bow | bell | glasses
    cloth: str = "#e0452f"
    cloth_stripe: str = "#ffffff"


@dataclass
class Pose:
    """What changes from picture to picture."""

    mood: str = "smile"  # smile | grin | surprised | sad | sleepy | tongue
    turn: float = 0  # degrees
    scale: float = 1
    right: float = 0  # pixels of 256
    down: float = 0


TEAL_CAT = Character("#1fa7a0", "#0c5f66", "#e9fbf5", inner_ear="#ffb36b", marking="stripes", wears="patch and scarf")
PLUM_DOG = Character(
    "#8a4fa3", "#4e2468", "#fde8c8", ear="floppy", inner_ear="#4e2468", marking="mask", wears="bow", cloth="#f6c342"
)
LOOK_ALIKES = [
    Character("#9aa3ad", "#565d66", "#ffffff", marking="stripes", wears="bell"),
    Character("#2e2e36", "#111116", "#57575f", iris="#f5d442", wears="bow"),
    Character("#f5f1e8", "#b8aa94", "#ffffff", ear="round", iris="#7ec8f2", wears="glasses"),
    Character("#c98a4b", "#7a4a1e", "#fff1dc", marking="spots"),
    Character("#e58fb1", "#a84f78", "#fff0f5", ear="round", marking="none", wears="scarf", cloth="#5a55c9"),
    Character("#8fbf4d", "#4d7a1c", "#f3fbdf", marking="mask", wears="bell"),
    Character("#f29a2e", "#b35c0c", "#fff3dc", marking="stripes", iris="#ffe680"),
    Character("#5b7fd1", "#2a458c", "#dfe8ff", ear="floppy", marking="spots", wears="glasses"),
]
POSES = [
    Pose("smile"),
    Pose("grin", turn=-9, scale=0.95, right=4),
    Pose("surprised", turn=6, scale=0.97, down=2),
    Pose("sad", turn=-4, scale=0.93, right=-6, down=4),
    Pose("sleepy", turn=12, scale=0.95),
    Pose("tongue", turn=-13, scale=0.96, right=-3),
]


def ears(who: Character) -> str:
    if who.ear == "floppy":
        one = f'<path d="M62 70 C20 60 14 130 36 168 C60 160 74 120 80 90 Z" fill="{who.dark}"/>'
    elif who.ear == "round":
        one = (
            f'<circle cx="62" cy="66" r="36" fill="{who.fur}" stroke="{who.dark}" stroke-width="6"/>'
            f'<circle cx="62" cy="66" r="18" fill="{who.inner_ear}"/>'
        )
    else:
        one = (
            f'<path d="M40 122 L44 18 L120 66 Z" fill="{who.fur}" stroke="{who.dark}" stroke-width="6" '
            f'stroke-linejoin="round"/><path d="M57 92 L59 46 L93 68 Z" fill="{who.inner_ear}"/>'
        )
    return one + f'<g transform="translate(256 0) scale(-1 1)">{one}</g>'


def marking(who: Character) -> str:
    if who.marking == "stripes":
        forehead = [(128, 62, 46), (102, 66, 34), (154, 66, 34)]
        lines = "".join(f"M{x} {y} v{length} " for x, y, length in forehead)
        lines += "M36 130 h30 M38 152 h26 M220 130 h-30 M218 152 h-26"
        return f'<path d="{lines}" stroke="{who.dark}" stroke-width="11" stroke-linecap="round"/>'
    if who.marking == "spots":
        spots = [(86, 80, 15), (170, 76, 11), (196, 118, 13), (58, 124, 11), (128, 64, 9)]
        return "".join(f'<circle cx="{x}" cy="{y}" r="{r}" fill="{who.dark}"/>' for x, y, r in spots)
    if who.marking == "mask":
        return f'<path d="M128 44 C60 50 40 110 62 148 C92 168 118 140 128 112 C138 140 164 168 194 148 C216 110 196 50 128 44 Z" fill="{who.dark}" opacity="0.55"/>'
    return ""


def eye(who: Character, mood: str, x: float) -> str:
    if mood == "sleepy":
        return f'<path d="M{x - 20} 122 q20 20 40 0" stroke="#1b1b22" stroke-width="9" fill="none" stroke-linecap="round"/>'
    if mood == "grin":
        return f'<path d="M{x - 20} 130 q20 -26 40 0" stroke="#1b1b22" stroke-width="9" fill="none" stroke-linecap="round"/>'
    radius = 25 if mood == "surprised" else 20
    look = 8 if mood == "sad" else 0
    lid = f'<path d="M{x - 24} 104 l44 -10" stroke="{who.dark}" stroke-width="8" stroke-linecap="round"/>' if look else ""
    return (
        f'<circle cx="{x}" cy="124" r="{radius}" fill="{who.iris}"/>'
        f'<circle cx="{x}" cy="{124 + look}" r="{radius * 0.55}" fill="#1b1b22"/>'
        f'<circle cx="{x + 5}" cy="{119 + look}" r="4" fill="#ffffff"/>{lid}'
    )


def mouth(mood: str) -> str:
    line = 'stroke="#1b1b22" stroke-width="7" fill="none" stroke-linecap="round"'
    return {
        "smile": f'<path d="M128 166 q-22 26 -40 6 M128 166 q22 26 40 6" {line}/>',
        "grin": '<path d="M88 170 q40 12 80 0 q-6 42 -40 42 q-34 0 -40 -42 Z" fill="#5a1020"/><path d="M98 174 q30 7 60 0 l-4 12 q-26 6 -52 0 Z" fill="#fff"/>',
        "surprised": '<ellipse cx="128" cy="186" rx="15" ry="20" fill="#5a1020"/>',
        "sad": f'<path d="M98 194 q30 -26 60 0" {line}/>',
        "sleepy": f'<path d="M108 180 h40" {line}/>',
        "tongue": f'<path d="M92 170 q36 18 72 0" {line}/><path d="M112 176 q0 38 18 38 q18 0 18 -38 Z" fill="#f0627c"/>',
    }[mood]


def clothes(who: Character) -> tuple[str, str]:
    """What lies below the face and what lies above it."""
    below = above = ""
    if "scarf" in who.wears:
        stripes = "".join(f'<path d="M{x} 214 l-10 40" stroke="{who.cloth_stripe}" stroke-width="12"/>' for x in (76, 112, 148, 184))
        below = f'<path d="M34 206 q94 44 188 0 l10 34 q-104 46 -208 0 Z" fill="{who.cloth}"/>{stripes}'
    if "patch" in who.wears:
        above = '<path d="M36 84 L220 156" stroke="#23202b" stroke-width="9"/><ellipse cx="172" cy="128" rx="33" ry="31" fill="#23202b"/>'
    if "bow" in who.wears:
        above = f'<path d="M128 40 l-46 -26 v52 Z M128 40 l46 -26 v52 Z" fill="{who.cloth}"/><circle cx="128" cy="40" r="13" fill="{who.dark}"/>'
    if "bell" in who.wears:
        below = f'<path d="M52 212 q76 40 152 0 l4 18 q-80 42 -160 0 Z" fill="{who.cloth}"/><circle cx="128" cy="240" r="15" fill="#f6c342"/>'
    if "glasses" in who.wears:
        above = '<g fill="none" stroke="#23202b" stroke-width="8"><circle cx="86" cy="124" r="31"/><circle cx="170" cy="124" r="31"/><path d="M117 120 h22"/></g>'
    return below, above


def draw(who: Character, pose: Pose) -> str:
    """The SVG of one picture."""
    below, above = clothes(who)
    place = (
        f"translate({128 + pose.right} {128 + pose.down}) rotate({pose.turn}) scale({0.98 * pose.scale}) translate(-128 -132)"
    )
    face = f'<ellipse cx="128" cy="138" rx="104" ry="94" fill="{who.fur}"/>'
    snout = (
        f'<ellipse cx="128" cy="178" rx="54" ry="42" fill="{who.muzzle}"/>'
        f'<path d="M112 150 h32 l-16 17 Z" fill="#1b1b22" stroke="#1b1b22" stroke-width="5" stroke-linejoin="round"/>'
    )
    eyes = eye(who, pose.mood, 86) + eye(who, pose.mood, 170)
    behind, before = ("", ears(who)) if who.ear == "floppy" else (ears(who), "")
    body = behind + below + face + marking(who) + before + eyes + snout + mouth(pose.mood) + above
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}">'
        f'<rect width="{SIZE}" height="{SIZE}" fill="#fff"/><g transform="{place}">{body}</g></svg>'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--character", choices=("cat", "dog"), default="cat")
    parser.add_argument("--look_alikes", action="store_true", help="eight other cats instead, two pictures each")
    parser.add_argument("--size", type=int, default=SIZE)
    arguments = parser.parse_args()

    subject = {"cat": TEAL_CAT, "dog": PLUM_DOG}[arguments.character]
    pictures = {f"{i:02}": (subject, pose) for i, pose in enumerate(POSES)}
    if arguments.look_alikes:
        others = LOOK_ALIKES
        if arguments.character == "dog":
            others = [replace(who, ear="floppy", inner_ear=who.dark) for who in others]
        pictures = {
            f"{i:02}-{j}": (who, POSES[(i + 3 * j) % len(POSES)]) for i, who in enumerate(others) for j in (0, 1)
        }
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, (who, pose) in pictures.items():
        png = resvg_py.svg_to_bytes(svg_string=draw(who, pose), width=arguments.size)
        (arguments.out / f"{name}.png").write_bytes(bytes(png))


if __name__ == "__main__":
    main()
