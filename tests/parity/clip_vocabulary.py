"""CLIP's vocab.json and merges.txt, made from the merges that open_clip ships.

CLIP's construction: the 256 byte letters, the same with </w>, one piece for each of the first 48,894 merges, then
<|startoftext|> and <|endoftext|>: 49,408 pieces.  Usage: clip_vocabulary.py OUT
"""

import gzip
import json
import sys
from pathlib import Path

import sysconfig

MERGES = 49152 - 256 - 2


def byte_letters():
    """The printable letter that stands for each byte, in CLIP's order of pieces."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    return [chr(byte) for byte in plain] + [chr(256 + i) for i in range(256 - len(plain))]


def clip_vocabulary():
    """(pieces in order of id, merges as 'left right')."""
    # Found without importing open_clip, which would load torch.
    archive = Path(sysconfig.get_paths()["purelib"]) / "open_clip" / "bpe_simple_vocab_16e6.txt.gz"
    with gzip.open(archive, "rt", encoding="utf-8") as file:
        merges = file.read().split("\n")[1 : MERGES + 1]
    letters = byte_letters()
    pieces = letters + [letter + "</w>" for letter in letters]
    pieces += [merge.replace(" ", "") for merge in merges]
    return pieces + ["<|startoftext|>", "<|endoftext|>"], merges


def write_clip_vocabulary(out):
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    pieces, merges = clip_vocabulary()
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    assert len(vocabulary) == len(pieces) == 49408
    (out / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    (out / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_clip_vocabulary(sys.argv[1])
