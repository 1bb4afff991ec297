"""Writes the starter's tokenizer folder: SentencePiece for the C++ program, tokenizer.json for diffusers, with equal ids.

The two libraries differ in four places, and each is settled in the files so that no program needs a special case:

* sentencepiece adds in float32, tokenizers in float64. The scores are rounded to 1/256, so that both sums are exact.
* sentencepiece drops repeated spaces by default. Kept here, so that every text comes back from its ids.
* tokenizers would match a typed "<s>" or "<0x41>" as a piece. "<" is split off first; no real piece continues it.
* tokenizers lower-cases letter by letter; a Greek sigma at a word's end is replaced before, as Unicode's rule has it.
"""

import json
from pathlib import Path

from sentencepiece import sentencepiece_model_pb2 as spm_format

PAD, UNKNOWN, BOS, EOS = 0, 1, 2, 3
MAX_LENGTH = 28
SPECIAL_NAMES = {PAD: "<pad>", UNKNOWN: "<unk>", BOS: "<s>", EOS: "</s>"}
SCORE_STEP = 1 / 256

# Reserved words that already mean something to a reader (brands, file formats, units, shorthand): a person who sees
# them would not take them for a new name. Their pieces stay in the vocabulary, they are only not offered.
MEANINGFUL = set(
    "ktm bmw hdd src jpn nfc gtk swf bbw ttl vnc dts spd smb bfg ppc cdr mbr vds gpr tms psm tcm cmc pbs chs bzd kss "
    "qwq qrs hcp sgl hbv vml bcb ncp nmc rwb cmx fls lgd srm mdm fss gmm wtc hsc mgl snd tll ctq wwc kmd".split()
)


def normalise_model(model: spm_format.ModelProto) -> None:
    """Rounds the scores and keeps every space; ids and pieces stay as they were trained."""
    for piece in model.pieces:
        piece.score = round(piece.score / SCORE_STEP) * SCORE_STEP
    model.normalizer_spec.remove_extra_whitespaces = False
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.escape_whitespaces = True


def final_sigma_pattern(look_back: int = 16) -> str:
    """Unicode's Final_Sigma: a cased letter before (at most `look_back` ignorable marks between), none after."""
    ignorable = r"\p{Case_Ignorable}"
    letter = r"[\p{Cased}&&[^\p{Case_Ignorable}]]"
    before = "|".join(letter + ignorable * n for n in range(look_back + 1))
    return rf"(?<={before})Σ(?!(?>{ignorable}*)\p{{Cased}})"


def fast_tokenizer(model: spm_format.ModelProto) -> dict:
    """The content of tokenizer.json: the same unigram model in the words of the `tokenizers` library."""
    special = [
        dict(id=i, content=name, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
        for i, name in SPECIAL_NAMES.items()
    ]

    def mark(name: str) -> dict:
        return {"SpecialToken": {"id": name, "type_id": 0}}

    return dict(
        version="1.0",
        truncation=None,
        padding=None,
        added_tokens=special,
        normalizer=dict(
            type="Sequence",
            normalizers=[
                dict(type="Replace", pattern={"Regex": final_sigma_pattern()}, content="ς"),
                dict(type="Lowercase"),
                dict(type="Prepend", prepend="▁"),
                dict(type="Replace", pattern={"String": " "}, content="▁"),
            ],
        ),
        pre_tokenizer=dict(type="Split", pattern={"String": "<"}, behavior="Isolated", invert=False),
        post_processor=dict(
            type="TemplateProcessing",
            single=[mark("<s>"), {"Sequence": {"id": "A", "type_id": 0}}, mark("</s>")],
            pair=[mark("<s>"), {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}, mark("</s>")],
            special_tokens={name: dict(id=name, ids=[i], tokens=[name]) for i, name in SPECIAL_NAMES.items() if i in (BOS, EOS)},
        ),
        decoder=dict(
            type="Sequence",
            decoders=[
                dict(type="Replace", pattern={"String": "▁"}, content=" "),
                dict(type="ByteFallback"),
                dict(type="Fuse"),
                dict(type="Strip", content=" ", start=1, stop=0),
            ],
        ),
        model=dict(
            type="Unigram",
            unk_id=UNKNOWN,
            vocab=[[piece.piece, piece.score] for piece in model.pieces],
            byte_fallback=True,
        ),
    )


def tokenizer_config() -> dict:
    """The content of tokenizer_config.json."""
    return dict(
        tokenizer_class="PreTrainedTokenizerFast",
        model_max_length=MAX_LENGTH,
        do_lower_case=True,
        padding_side="right",
        truncation_side="right",
        clean_up_tokenization_spaces=False,
        split_special_tokens=True,
        bos_token=SPECIAL_NAMES[BOS],
        eos_token=SPECIAL_NAMES[EOS],
        unk_token=SPECIAL_NAMES[UNKNOWN],
        pad_token=SPECIAL_NAMES[PAD],
    )


def write_tokenizer(spiece: Path, identifiers: Path, folder: Path) -> None:
    """Writes the whole folder from a trained SentencePiece model and its list of reserved words."""
    model = spm_format.ModelProto()
    model.ParseFromString(spiece.read_bytes())
    normalise_model(model)
    words = [word for word in json.loads(identifiers.read_text()) if word not in MEANINGFUL]
    assert words[0] == "sks" and len(words) >= 200, f"{identifiers}: {len(words)} identifiers are left, expected 200"

    def write_json(name: str, content) -> None:
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spiece.model").write_bytes(model.SerializeToString())
    write_json("identifiers.json", words)
    write_json("tokenizer.json", fast_tokenizer(model))
    write_json("tokenizer_config.json", tokenizer_config())
    write_json("special_tokens_map.json", {f"{key}_token": SPECIAL_NAMES[i] for key, i in (("bos", BOS), ("eos", EOS), ("unk", UNKNOWN), ("pad", PAD))})
