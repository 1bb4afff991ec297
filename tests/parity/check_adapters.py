"""Adapters and words that the C++ side taught, in diffusers and peft: every key is taken, and the pictures are ours.

BUILD/saved_adapters/<family>/{lora,word}/ were made by tests/training/saved_adapters_test.cpp on the tiny models of
BUILD/references/<family>/model.
"""

import copy
import json

import numpy as np
from peft import PeftModel
from safetensors import safe_open
from safetensors.torch import load_file

from check_loras import listening

FAMILIES = ("sd1", "sd2", "sdxl")
PARTS = ("unet", "text_encoder", "text_encoder_2")


def ours(folder):
    with safe_open(folder / "drawn.safetensors", "numpy") as file:
        return json.loads(file.metadata()["request"]), file.get_tensor("0")[None]


def difference(a, b):
    return np.abs(a.astype(int) - b.astype(int)).max()


def with_lora(pipe, file):
    listening(lambda: pipe.load_lora_weights(file.parent, weight_name=file.name))
    return pipe


def with_peft(pipe, folder):
    homes = {part: folder / part for part in PARTS if (folder / part).is_dir()} or {"unet": folder}
    for part, home in homes.items():
        model = listening(lambda: PeftModel.from_pretrained(copy.deepcopy(getattr(pipe, part)), home))
        setattr(pipe, part, model.merge_and_unload())
    return pipe


def with_word(pipe, file, word):
    vectors = load_file(file)
    if len(vectors) == 1:
        pipe.load_textual_inversion(file.parent, weight_name=file.name, token=word)
        return pipe
    for key, encoder, tokenizer in (("clip_l", "text_encoder", "tokenizer"), ("clip_g", "text_encoder_2", "tokenizer_2")):
        pipe.load_textual_inversion(
            vectors[key], token=word, text_encoder=getattr(pipe, encoder), tokenizer=getattr(pipe, tokenizer)
        )
    return pipe


def check(build, open_pipe, draw):
    for family in FAMILIES:
        model, home = build / "references" / family / "model", build / "saved_adapters" / family
        request, expected = ours(home / "lora")
        plain = draw(open_pipe(model), request, 1)
        cases = {
            "LoRA as kohya": (expected, with_lora(open_pipe(model), home / "lora" / "kohya.safetensors")),
            "LoRA as diffusers": (expected, with_lora(open_pipe(model), home / "lora" / "diffusers.safetensors")),
            "LoRA as peft": (expected, with_peft(open_pipe(model), home / "lora" / "peft")),
        }
        _, word = ours(home / "word")
        cases["word"] = (word, with_word(open_pipe(model), home / "word" / "word.safetensors", request["word"]))
        for name, (picture, pipe) in cases.items():
            off = difference(draw(pipe, request, 1), picture)
            print(f"{family}, {name}: largest difference {off}/255, from the plain model {difference(plain, picture)}/255")
            assert difference(plain, picture) > 20, f"{family}, {name}: what was taught shows nothing"
            assert off <= 1, f"{family}, {name}: pictures differ by {off}/255"
