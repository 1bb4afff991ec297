"""Two drawn subjects taught to one metamodel, one after the other: afterwards it draws both."""

from pathlib import Path

from likeness import features, nearer
from tools import check, main

PICTURES = 16
ENOUGH = 12
SUBJECTS = {"drawn": "cat", "drawn_dog": "dog"}


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
        own = nearer(pictures, photos[name], photos[other])
        print(f"{name}: {own} of {PICTURES} nearer to its own photos", flush=True)
        check(own >= ENOUGH, f"{name}: {own} of {PICTURES} are nearer to its own photos, expected {ENOUGH}")


if __name__ == "__main__":
    main(test)
