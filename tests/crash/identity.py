"""A subject is learned with the starter's own defaults, and its class stays itself.

Of 16 pictures of the subject at least 10 are nearer to its photos than to pictures of others of its class; of 16
pictures of the class without the identifier at most 3 are. By hand on photos of your own, and with flags of finetune:

    identity.py --bin build/bin --source . --photos FOLDER --category bear --others FOLDER -- --max_train_steps 500
"""

import argparse
import shutil
import sys
from pathlib import Path

from likeness import features, nearer
from tools import check, main

PICTURES, ENOUGH, DRIFTED = 16, 10, 3
SUBJECTS = [("examples/drawn", "cat", "tests/starter/cats"), ("examples/drawn_dog", "dog", "tests/starter/dogs")]


def features_below(folder):
    return [features(file) for file in sorted(folder.iterdir()) if file.suffix in (".png", ".jpg")]


def drawn(tools, prompt, *target):
    result = tools.run("generate", "--prompt", prompt, "--num_images", PICTURES, "--seed", 100, "--threads", 1,
                       "--output_dir", tools.models.parent / "drawn", *target)
    return tools.models.parent / Path(result["directory"])


def measure(tools, photos, category, others, flags):
    """Teaches, draws and counts: (subject's pictures near it, class pictures near it, folders)."""
    taught = tools.run("finetune", photos, "--category", category, "--seed", 1, "--threads", 1, *flags)
    own, other = features_below(photos), features_below(others)
    folders = [drawn(tools, f"a {taught['identifier']}"),
               drawn(tools, f"a {category}", "--identifier", taught["identifier"])]
    counts = [nearer([features(file) for file in sorted(folder.glob("generation-*.png"))], own, other)
              for folder in folders]
    print(f"{photos.name}: {taught['seconds']:.0f} s; near it: {counts[0]} of {PICTURES} with '{taught['identifier']}', "
          f"{counts[1]} of {PICTURES} of '{category}' alone", flush=True)
    return *counts, folders


def test(tools, _):
    """The two drawn subjects."""
    for photos, category, others in SUBJECTS:
        near, drifted, _ = measure(tools, tools.source / photos, category, tools.source / others, [])
        check(near >= ENOUGH, f"{photos}: {near} of {PICTURES} pictures are near it, expected {ENOUGH}")
        check(drifted <= DRIFTED, f"{photos}: {drifted} of {PICTURES} class pictures are near it, expected {DRIFTED}")


def by_hand():
    """The test of one's own photos that the arguments name, or None; takes them out of sys.argv."""
    parser = argparse.ArgumentParser(add_help=False)
    for name in ("photos", "others", "keep"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--category")
    given, rest = parser.parse_known_args()
    flags = rest[rest.index("--") + 1 :] if "--" in rest else []
    sys.argv[1:] = rest[: rest.index("--")] if "--" in rest else rest
    if not given.photos:
        return None

    def one(tools, _):
        """Photos of your own."""
        *_, folders = measure(tools, given.photos.resolve(), given.category, given.others.resolve(), flags)
        for folder, name in zip(folders, ("subject", "class")):
            if given.keep:
                shutil.copytree(folder, given.keep / name, dirs_exist_ok=True)

    return one


if __name__ == "__main__":
    main(by_hand() or test)
