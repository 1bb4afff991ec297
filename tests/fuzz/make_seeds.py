#!/usr/bin/env python3
"""make_seeds.py: writes tests/fuzz/seeds/ anew, small real files of every kind that the fuzzed readers read.

They are committed, so that the tests need no Python; run this by hand (with .deps/peers/bin/python) to add one.
"""

import os
import collections
import io
import json
import os
import shutil
import sys
import zipfile
from pathlib import Path

import sentencepiece
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from safetensors.torch import save_file

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SEEDS = HERE / "seeds"
PICTURES = ROOT / "tests" / "imaging" / "data"
STARTER = ROOT / "models" / "starter"

SENTENCES = ["a photo of a dog", "the dog's two cafés", "a red house on the beach", "sks and brc in a garden", "ﬁne tuning"]
KINDS = ("unigram", "bpe", "char", "word")


def write(name, content):
    path = SEEDS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, (bytes, str)):
        content = json.dumps(content, indent=1, ensure_ascii=False)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def pictures():
    """PNG text of every kind of chunk, EXIF with and without its head."""
    image = Image.radial_gradient("L").resize((8, 6)).convert("RGB")
    for name, texts in {"plain": [("parameters", "a dog\nSteps: 5", False)],
                        "compressed": [("parameters", "a dog " * 40, True), ("café", "naïve", False)],
                        "international": [("big", json.dumps({"prompt": "小狗"}, ensure_ascii=False), True)]}.items():
        info = PngInfo()
        for key, text, squeeze in texts:
            (info.add_itxt if name == "international" else info.add_text)(key, text, zip=squeeze)
        out = io.BytesIO()
        image.save(out, "PNG", pnginfo=info)
        write(f"png_text/{name}.png", out.getvalue())
    exif = Image.open(PICTURES / "orientation_6.jpg").info["exif"]
    write("exif/headed.exif", exif)
    write("exif/bare.exif", exif[6:])
    full = Image.Exif()
    full.update({0x0112: 5, 0x010F: "maker", 0x0132: "2026:11:25 10:00:00"})
    full.get_ifd(0x8769).update({0x9003: "2026:11:25 10:00:00", 0x829A: (1, 60), 0x927C: b"Nikon\0\2\0\0\0"})
    write("exif/full.exif", full.tobytes())
    text = Image.Exif()
    comment = "a dog, naïve 小狗\nSteps: 5, Seed: 1, Size: 8x8".encode("utf_16_be")
    text.get_ifd(0x8769).update({0x9286: b"UNICODE\0" + comment, 0x927C: b"BIG\0" + b'{"prompt":"a dog"}'})
    write("exif/comment.exif", text.tobytes())


def clip_tokenizer():
    """CLIP's byte letters, some merges, and the small files beside them; the same as one tokenizer.json."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(b) for b in printable] + [chr(256 + i) for i in range(256 - len(printable))]
    merges = [("d", "o"), ("do", "g</w>"), ("p", "h"), ("o", "t"), ("ph", "ot"), ("phot", "o</w>"), ("t", "h"), ("th", "e</w>")]
    pieces = letters + [letter + "</w>" for letter in letters] + [a + b for a, b in merges]
    pieces += ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    marker = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": True, "special": True}
    start, end = ({"content": c, **marker} for c in ("<|startoftext|>", "<|endoftext|>"))
    write("tokenizer/clip/vocab.json", json.dumps(vocabulary, ensure_ascii=False))
    write("tokenizer/clip/merges.txt", "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    write("tokenizer/clip/special_tokens_map.json",
          {"bos_token": start, "eos_token": end, "unk_token": end, "pad_token": "!"})
    write("tokenizer/clip/tokenizer_config.json",
          {"add_prefix_space": False, "added_tokens_decoder": {str(vocabulary["<|startoftext|>"]): start,
                                                               str(vocabulary["<|endoftext|>"]): end},
           "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>",
           "pad_token": "!", "do_lower_case": True, "model_max_length": 77})
    write("tokenizer/clip/identifiers.json", ["sks", "brc", "qkz"])
    added = [{"id": vocabulary[t["content"]], **t} for t in (start, end)]
    write("tokenizer/fast/tokenizer.json",
          {"version": "1.0", "added_tokens": added,
           "model": {"type": "BPE", "end_of_word_suffix": "</w>", "vocab": vocabulary,
                     "merges": [list(merges[0]), *(" ".join(pair) for pair in merges[1:])]}})


def spiece():
    """SentencePiece models of every kind; one with a table of normalisation rules."""
    rules = SEEDS / "rules.tsv"
    SEEDS.mkdir(exist_ok=True)
    rules.write_text("FB01\t66 69\n41\t61\n2019\t27\n", encoding="utf-8")
    for kind in KINDS:
        out = io.BytesIO()
        normal = dict(normalization_rule_tsv=os.path.relpath(rules)) if kind in ("unigram", "bpe") else dict(normalization_rule_name="identity")
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(SENTENCES * 20), model_writer=out, model_type=kind, vocab_size=40, hard_vocab_limit=False,
            pad_id=0, unk_id=1, bos_id=2, eos_id=3, minloglevel=2, byte_fallback=False,
            user_defined_symbols=["<note>"] if kind == "bpe" else [], **normal)
        write(f"spiece/{kind}.model", out.getvalue())
    rules.unlink()
    for name in ("special_tokens_map.json", "tokenizer_config.json"):
        write(f"tokenizer/spiece/{name}", (STARTER / "tokenizer" / name).read_bytes())


def settings():
    """TOML, big.json, the registry, prompts."""
    write("toml/values.toml", '# mine\nprompt = "a sks, on the beach"\nsteps = 7 # few\nrate = 0.5\nfast = true\n'
                              'seed = "18446744073709551615"\ntarget_model = "meta"\nphotos = \'dog photos\'\n')
    write("toml/forms.toml", 'prompt = """a \\u00e9\nb"""\nnum_steps = 0x7f\nrate = 1e-3\nbase = "../weights/sd"\nseed = 7\n')
    write("toml/foreign.toml", 'steps = 3\n[table]\nx.y = [{a = 1}, 1979-05-27, inf]\n[[rows]]\nz = +1_000\n')
    write("big_json/starter.json", (STARTER / "big.json").read_bytes())
    write("big_json/every.json", {"steps": 5, "rate": 0.25, "fast": True, "base": "starter", "seed": 3, "other": None})
    row = {"identifier": "sks", "category": "dog", "user": "anna", "target_model": "private", "base_name": "starter",
           "base_hash": "a" * 64, "model_path": "users/anna/sks", "photos": 5, "steps": 250, "date": "2026-11-25T10:00:00Z",
           "seed": 7}
    other = {**row, "identifier": "小狗", "category": "naïve cat", "target_model": "meta", "model_path": "metamodel", "new_key": [1]}
    write("registry/taught.json", {"schema_version": 1, "subjects": [row, other],
                                   "metamodels": {"meta": {"version": "2", "base_name": "starter", "base_hash": "b" * 64},
                                                  "private_meta/anna": {"version": "1"}},
                                   "retired": ["private/anna/qkz"], "from_the_future": {"a": 1}})
    write("registry/empty.json", {"schema_version": 1, "subjects": []})
    write("prompt/plain.txt", "dog\nnaïve cat\na sks on the beach with (小狗:1.2), sks dog\n")
    write("prompt/nested.txt", "sks toy\n\nsks sks toy, q, 小狗!\n")
    write("json/values.json", {"a": [1, -2, 1.5e-3, 1e300, True, None], "é": {"deep": [[[{"x": ""}]]]}, "": "\u0000\n\"\\"})
    write("json/list.json", [18446744073709551615, -9223372036854775808, 0.1, "\U0001F436"])


def weights():
    """Safetensors with several types, a scalar and an empty tensor; an index of two shards."""
    folder = SEEDS / "safetensors"
    folder.mkdir(parents=True)
    torch.manual_seed(0)
    save_file({"first.weight": torch.randn(2, 3), "second": torch.ones(4, dtype=torch.float16), "third": torch.arange(3),
               "scalar": torch.tensor(2.5), "none": torch.ones(0, 2)}, folder / "types.safetensors",
              metadata={"format": "pt", "note": 'a "quoted" \\ word'})
    save_file({"conv_in.weight": torch.randn(2, 1, 3, 3).bfloat16()}, folder / "one.safetensors")
    shards = [f"model-0000{i}-of-00002.safetensors" for i in (1, 2)]
    write("shard_index/two.json", {"metadata": {"total_size": 8}, "weight_map": {"a": shards[0], "b": shards[1], "c": shards[0]}})


def checkpoints():
    """What torch.save writes: half types, views of one storage, parameters, numbers and lists beside them."""
    torch.manual_seed(1)
    base = torch.randn(4, 3)
    (SEEDS / "checkpoint").mkdir(parents=True, exist_ok=True)
    plain = {"state_dict": {"a.weight": base, "a.view": base.t(), "b": torch.ones(2, dtype=torch.float16),
                            "c": torch.ones(3, dtype=torch.bfloat16), "scalar": torch.tensor(3)},
             "global_step": 470000, "epoch": 1.5, "names": ["a", ("b", None)], "flags": {"x": True, "big": 1 << 40}}
    torch.save(plain, SEEDS / "checkpoint" / "state_dict.ckpt")
    module = torch.nn.Linear(2, 2)
    torch.save(collections.OrderedDict(module.named_parameters()), SEEDS / "checkpoint" / "parameters.ckpt")
    torch.save({"string_to_param": {"*": torch.randn(1, 8)}, "step": 5, "f8": torch.ones(4).to(torch.float8_e4m3fn)},
               SEEDS / "checkpoint" / "embedding.pt")
    for file in sorted((SEEDS / "checkpoint").iterdir()):
        with zipfile.ZipFile(file) as archive:
            name = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
            write(f"pickle/{file.stem}.pkl", archive.read(name))


def configs():
    """Configurations as diffusers and transformers write them."""
    for kind, place in {"unet_config": "unet/config.json", "vae_config": "vae/config.json", "text_config": "text_encoder/config.json",
                        "schedule": "scheduler/scheduler_config.json", "model_index": "model_index.json"}.items():
        write(f"{kind}/starter.json", (STARTER / place).read_bytes())
    write("unet_config/lists.json", {"_class_name": "UNet2DConditionModel", "sample_size": [8, 8], "block_out_channels": [32, 64],
                                     "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
                                     "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"], "layers_per_block": [1, 2],
                                     "attention_head_dim": [4, 8], "cross_attention_dim": 32, "norm_num_groups": 8,
                                     "transformer_layers_per_block": [1, 2], "use_linear_projection": True})
    write("vae_config/small.json", {"block_out_channels": [8, 8], "down_block_types": ["DownEncoderBlock2D"] * 2,
                                    "up_block_types": ["UpDecoderBlock2D"] * 2, "norm_num_groups": 4, "scaling_factor": 0.13})
    write("text_config/small.json", {"architectures": ["CLIPTextModel"], "hidden_size": 32, "num_attention_heads": 4, "vocab_size": 99,
                                     "hidden_act": "gelu", "eos_token_id": 2})
    write("schedule/solver.json",
          '{"_class_name": "DPMSolverMultistepScheduler", "beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012,\n'
          ' "lambda_min_clipped": -Infinity, "solver_order": 2, "use_karras_sigmas": true, "final_sigmas_type": "zero",\n'
          ' "timestep_spacing": "linspace", "trained_betas": [0.1, 0.2], "prediction_type": "sample"}')
    write("schedule/cosine.json", {"beta_schedule": "squaredcos_cap_v2", "num_train_timesteps": 100, "steps_offset": 1})


def main():
    shutil.rmtree(SEEDS, ignore_errors=True)
    for make in (pictures, clip_tokenizer, spiece, settings, weights, checkpoints, configs):
        make()
    sizes = [file.stat().st_size for file in SEEDS.rglob("*") if file.is_file()]
    print(f"{len(sizes)} seeds, {sum(sizes)} bytes")


if __name__ == "__main__":
    sys.exit(main())
