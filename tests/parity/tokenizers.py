"""Strings and the ids that transformers' CLIPTokenizer and the sentencepiece package give them.

Usage: tokenizers.py OUT STARTER.  Makes OUT/tokenizers/{sd1,sd2,added,saved}/ (tokenizer folders with CLIP's own
vocabulary and the configurations met in the wild) and OUT/tokenizers/ids.json: {"strings": [...], "ids": {folder: [[...]]}}
with "starter" for the SentencePiece model of STARTER and "starter_json" for its tokenizer.json.
"""

import json
import random
import shutil
import sys
import unicodedata
from pathlib import Path

# This file is named like a package that transformers imports: its own folder must not come first.
sys.path[:] = [p for p in sys.path if Path(p or ".").resolve() != Path(__file__).resolve().parent]

import importlib.util

import sentencepiece
from transformers import AutoTokenizer, CLIPTokenizer

COUNT = 10_000
BOS, EOS = "<|startoftext|>", "<|endoftext|>"
WORDS = """a photo of sks dog riding bicycle don't it's I'LL we've they're he'd I'm 's o'clock naïve café Straße
ΑΣΣΟΣ İstanbul ǅ ﬁne Москва 東京タワー 한국어 مرحبا שלום हिन्दी ไทย 2026 3.14 ½ Ⅷ ٣٤ x² --ar 16:9 (masterpiece:1.2) [blurry]
highly-detailed,artstation!! ... 's't're '' \"quoted\" http://a.b/c?d=e&f #tag @user C++ supercalifragilisticexpialidocious""".split()
SPECIALS = [BOS, EOS, "<|endoftext|", "|>", "<|ENDOFTEXT|>", "<|StartOfText|>", "<Cat-Toy>", "<cat-toy>", "<s>", "</s>", "<pad>",
            "<unk>", "<0x41>", "</w>", "▁", "!"]
SPACES = [" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u1680", "\u2003", "\u2028", "\u202f", "\u3000", "\x85", "\x1c", "\u200b", ""]
EMOJI = ["😀", "👩‍👩‍👧‍👦", "👍🏽", "🇩🇪", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "🐕‍🦺", "☺︎"]


def load_vocabulary_module():
    path = Path(__file__).with_name("clip_vocabulary.py")
    spec = importlib.util.spec_from_file_location("clip_vocabulary", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_strings():
    """10,000 strings of code points assigned in Unicode 14 (Python 3.11's own table is exactly that)."""
    rng = random.Random(14)
    assigned = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]
    common = [c for c in assigned if unicodedata.category(c) != "Co" and not "\u4e00" <= c <= "\u9fff"]
    cased = [c for c in assigned if c.lower() != c or c.upper() != c]
    marks = [c for c in assigned if unicodedata.category(c).startswith("M")]
    composed = [c for c in assigned if unicodedata.normalize("NFD", c) != c]

    def decomposed():
        return unicodedata.normalize(rng.choice(["NFD", "NFKD", "NFC"]), rng.choice(composed)) + rng.choice(marks)

    def recased(word):
        return rng.choice([str.upper, str.lower, str.title, str])(word)

    makers = [
        lambda: recased(rng.choice(WORDS)),
        lambda: recased(rng.choice(WORDS)),
        lambda: rng.choice(SPACES),
        lambda: "".join(rng.choices(common, k=rng.randint(1, 5))),
        lambda: "".join(rng.choices(assigned, k=rng.randint(1, 3))),
        lambda: "".join(rng.choices(cased, k=rng.randint(1, 6))),
        lambda: rng.choice(cased) + "".join(rng.choices(marks, k=rng.randint(1, 4))),
        decomposed,
        lambda: rng.choice(EMOJI),
        lambda: rng.choice(SPECIALS),
        lambda: "".join(chr(rng.randint(0, 127)) for _ in range(rng.randint(1, 12))),
    ]
    strings = ["", " ", "\x00", "a" * 2000, "x" * 77, "!" * 90, BOS + EOS, "a photo of a dog", "ab\u0301\u0344", *assigned[:64]]
    while len(strings) < COUNT:
        glue = rng.choice(["", " ", " "])
        strings.append(glue.join(rng.choice(makers)() for _ in range(rng.randint(1, 12))))
    return strings


def described(content, normalized, **more):
    flags = {"lstrip": False, "normalized": normalized, "rstrip": False, "single_word": False}
    return {"content": content, **flags, **more}


def clip_folders(out):
    """Tokenizer folders as published: objects and strings for the roles, SD 2's '!' as padding, added tokens."""
    base = {"model_max_length": 77, "tokenizer_class": "CLIPTokenizer"}
    objects = {
        role: described(content, True, __type="AddedToken")
        for role, content in [("bos_token", BOS), ("eos_token", EOS), ("unk_token", EOS)]
    }
    names = {"bos_token": BOS, "eos_token": EOS, "unk_token": EOS}
    added = {
        "49406": described(BOS, True, special=True),
        "49407": described(EOS, True, special=True),
        "49408": described("<Cat-Toy>", True, special=False),
    }
    configs = {
        "sd1": {**base, **objects, "pad_token": EOS},
        "sd2": {**base, **objects, "pad_token": "!"},
        "added": {**base, **names, "pad_token": EOS, "added_tokens_decoder": added},
    }
    vocabulary = load_vocabulary_module()
    for name, config in configs.items():
        vocabulary.write_clip_vocabulary(out / name)
        (out / name / "tokenizer_config.json").write_text(json.dumps(config))
    tokenizers = {name: CLIPTokenizer.from_pretrained(out / name) for name in configs}
    tokenizers["sd2"].save_pretrained(out / "saved")  # today's transformers write tokenizer.json alone
    tokenizers["saved"] = CLIPTokenizer.from_pretrained(out / "saved")
    return tokenizers


def main():
    out = Path(sys.argv[1]) / "tokenizers"
    starter = sentencepiece.SentencePieceProcessor(model_file=str(Path(sys.argv[2]) / "tokenizer" / "spiece.model"))
    shutil.rmtree(out, ignore_errors=True)
    strings = make_strings()
    ids = {}
    for name, tokenizer in clip_folders(out).items():
        ids[name] = tokenizer(strings, add_special_tokens=False)["input_ids"]
    ids["starter"] = [starter.encode(s.lower()) for s in strings]
    # What diffusers users load from the same folder.
    fast = AutoTokenizer.from_pretrained(Path(sys.argv[2]) / "tokenizer")
    ids["starter_json"] = fast(strings, add_special_tokens=False)["input_ids"]
    (out / "ids.json").write_text(json.dumps({"strings": strings, "ids": ids}), encoding="utf-8")


if __name__ == "__main__":
    main()
