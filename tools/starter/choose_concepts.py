"""Chooses what the starter learns: emoji with art in all of its styles, each with a class -> concepts.json.

    python choose_concepts.py --packages build/starter/node_modules --pictures build/starter

The class is what a person would say a subject is ("cat", "shoe"): the first word of CLASSES that the name holds, else
what CLDR's subgroup is called here. Near copies (clock faces, phases of the moon, mailboxes) are left out.
"""

import argparse
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

from pictures import CAPTIONED_STYLES, load_rendered

# Faces alone would be a fifth of everything, most of them alike.
MOST_OF_A_CLASS = 30
# Names whose words mislead, with their class.
NAMES = {
    "hot dog": "food", "cowboy hat face": "face", "smiling face with heart-eyes": "face", "computer mouse": "computer",
    "beach with umbrella": "landscape", "rice ball": "food", "confetti ball": "decoration", "railway car": "train",
    "fish cake with swirl": "food", "mountain railway": "train", "face with head-bandage": "face",
}

# Words of a name that say what the thing is, each with its class; looked for in this order.
CLASSES = {
    "cat": "cat", "dog": "dog", "poodle": "dog", "wolf": "dog", "fox": "fox", "bear": "bear", "koala": "bear",
    "panda": "bear", "mouse": "mouse", "rat": "mouse", "hamster": "mouse", "chipmunk": "mouse", "rabbit": "rabbit",
    "monkey": "monkey", "gorilla": "monkey", "horse": "horse", "unicorn": "horse", "cow": "cow", "ox": "cow",
    "buffalo": "cow", "pig": "pig", "boar": "pig", "lion": "lion", "tiger": "lion", "leopard": "lion",
    "fish": "fish", "blowfish": "fish", "shark": "fish", "whale": "whale", "dolphin": "whale", "dragon": "dragon",
    "tree": "tree", "apple": "apple", "cake": "cake", "shortcake": "cake", "house": "house", "houses": "house",
    "bus": "bus", "trolleybus": "bus", "minibus": "bus", "car": "car", "taxi": "car", "automobile": "car",
    "ambulance": "car", "truck": "truck", "lorry": "truck", "engine": "truck", "tractor": "truck", "train": "train",
    "locomotive": "train", "metro": "train", "tram": "train", "rail": "train", "monorail": "train",
    "motorcycle": "bike", "scooter": "bike", "bicycle": "bike", "ball": "ball", "baseball": "ball",
    "basketball": "ball", "volleyball": "ball", "football": "ball", "tennis": "ball", "shoe": "shoe", "boot": "shoe",
    "sandal": "shoe", "hat": "hat", "cap": "hat", "helmet": "hat", "crown": "hat", "book": "book", "books": "book",
    "notebook": "book", "ledger": "book", "bag": "bag", "handbag": "bag", "backpack": "bag", "purse": "bag",
    "bags": "bag", "briefcase": "bag", "heart": "heart", "hearts": "heart", "star": "star", "moon": "moon",
    "sun": "sun", "snowman": "snowman", "robot": "robot", "ghost": "ghost", "umbrella": "umbrella", "key": "key",
    "airplane": "airplane", "rocket": "rocket", "castle": "castle", "mountain": "mountain", "camera": "camera",
}
# Where no word tells: the class of CLDR's subgroup; subgroups that are not here are left out.
SUBGROUPS = {
    "face-smiling": "face", "face-affection": "face", "face-tongue": "face", "face-neutral-skeptical": "face",
    "face-sleepy": "face", "face-unwell": "face", "face-hat": "face", "face-glasses": "face", "face-hand": "face",
    "face-concerned": "face", "face-negative": "face", "face-costume": "creature", "cat-face": "cat",
    "monkey-face": "monkey", "heart": "heart", "animal-mammal": "animal", "animal-bird": "bird",
    "animal-amphibian": "frog", "animal-reptile": "reptile", "animal-marine": "sea animal", "animal-bug": "bug",
    "plant-flower": "flower", "plant-other": "plant", "food-fruit": "fruit", "food-vegetable": "vegetable",
    "food-prepared": "food", "food-asian": "food", "food-sweet": "sweet", "drink": "drink", "place-building": "building",
    "place-religious": "building", "place-geographic": "landscape", "transport-ground": "vehicle",
    "transport-water": "boat", "transport-air": "aircraft", "time": "clock", "sky-weather": "weather",
    "event": "decoration", "award-medal": "medal", "sport": "sport", "game": "game", "clothing": "clothing",
    "music": "music", "musical-instrument": "instrument", "phone": "phone", "computer": "computer",
    "light-video": "lamp", "book-paper": "paper", "writing": "pen", "office": "office", "lock": "lock", "tool": "tool",
    "science": "science", "household": "furniture",
}
# Near copies of each other, signs, and what is too thin to be drawn at 64 px.
LEFT_OUT = re.compile(
    r"o’clock|-thirty|quarter|crescent|gibbous|new moon|oncoming|hearts? suit|suit$|chart|page|postal|pole$|"
    r"umbrella on|arrow$|on ground|bell with|reminder|ticket|bookmark|label|index|folder|calendar|paperclip|ruler|"
    r"railway track|motorway|stop|traffic|oil drum|light rail|wind chime|doll|streamer|ceremony|carousel|goal net|"
    r"hollow|leaf fluttering|sheaf|footprints|paw|pig nose|spider web|pushpin|tear-off|closed lock|locked with|"
    r"police car light|cableway|hole$|construction|seat|uniform|running shirt|skis|bikini|kimono|medium volume|low volume|floppy|dvd|trackball|pager|fax|cinema|"
    r"japanese|tokyo|love hotel|map|post office|mahjong|joker|cards|fog|wave|droplet|high voltage|diya"
)


def class_of(name: str, subgroup: str) -> str | None:
    if name.lower() in NAMES:
        return NAMES[name.lower()]
    for word in re.findall(r"[a-z]+", name.lower()):
        if word in CLASSES:
            return CLASSES[word]
    return SUBGROUPS.get(subgroup)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, required=True, help="the node_modules folder")
    parser.add_argument("--pictures", type=Path, required=True, help="the folder of render.py")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "concepts.json")
    arguments = parser.parse_args()

    rendered = load_rendered(arguments.pictures)
    styles = defaultdict(set)
    for label, style in zip(rendered.label, rendered.style):
        if style in CAPTIONED_STYLES:
            styles[label].add(style)
    emojibase = arguments.packages / "emojibase-data"
    subgroups = json.loads((emojibase / "meta/groups.json").read_text())["subgroups"]
    rows, of_class = [], Counter()
    for emoji in json.loads((emojibase / "en/data.json").read_text()):
        name = emoji["label"]
        found = class_of(name, subgroups.get(str(emoji.get("subgroup")), ""))
        everywhere = len(styles[name.lower()]) == len(CAPTIONED_STYLES)
        if found and everywhere and of_class[found] < MOST_OF_A_CLASS and not LEFT_OUT.search(name.lower()):
            of_class[found] += 1
            rows.append({"concept": name.lower(), "class": found})
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    arguments.out.write_text(f"[\n{lines}\n]\n")
    print(f"{len(rows)} concepts in {len(of_class)} classes")


if __name__ == "__main__":
    main()
