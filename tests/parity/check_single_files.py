"""check_single_files.py BUILD: what the C++ side made of single files and into single files opens in diffusers.

BUILD/single_files/<family>/ holds model/ (a folder made of a single file) and single.safetensors (made of a folder),
by tests/pipeline/single_file_test.cpp. Both must open silently and hold the family's tensors, bit for bit.
"""

import sys
from pathlib import Path

# Files beside this one (tokenizers.py) must not hide the packages of the same name.
sys.path.append(sys.path.pop(0))

import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline

from check_saved import NETWORKS, open_silently

PIPELINES = {"sd1": StableDiffusionPipeline, "sd2": StableDiffusionPipeline, "sdxl": StableDiffusionXLPipeline}


def check_equal(pipe, reference, what):
    for part in NETWORKS:
        expected = getattr(reference, part, None)
        if expected is None:
            continue
        found, wanted = getattr(pipe, part).state_dict(), expected.state_dict()
        assert set(found) == set(wanted), f"{what} {part}: {sorted(set(found) ^ set(wanted))[:10]}"
        for name, tensor in wanted.items():
            assert torch.equal(found[name], tensor), f"{what} {part}: {name} differs"


def check_tokens(pipe, reference, what):
    words = ["a photo of sks dog", "naïve café, 東京 🐕 don't"]
    for part in ("tokenizer", "tokenizer_2"):
        if getattr(reference, part, None) is not None:
            ours, theirs = (getattr(p, part)(words, padding="max_length", max_length=77)["input_ids"] for p in (pipe, reference))
            assert ours == theirs, f"{what} {part}: ids differ"


def check(family, folder, references):
    reference = open_silently(references / family / "model")
    made = open_silently(folder / "model")
    check_equal(made, reference, f"{family}/model")
    check_tokens(made, reference, f"{family}/model")
    single = PIPELINES[family].from_single_file(
        folder / "single.safetensors", config=str(references / family / "model"), local_files_only=True
    )
    check_equal(single, reference, f"{family}/single.safetensors")
    single.vae.decoder.conv_out.bias.data += 1
    try:
        check_equal(single, reference, "planted")
    except AssertionError:
        print(f"{family}: the folder opens silently, both hold the same tensors")
        return
    raise AssertionError("a changed tensor was not noticed")


def main(build):
    torch.set_num_threads(1)
    for family in PIPELINES:
        check(family, Path(build) / "single_files" / family, Path(build) / "references")


if __name__ == "__main__":
    main(sys.argv[1])
