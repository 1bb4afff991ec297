#!/usr/bin/env python3
"""make_seeds.py: writes tests/fuzz/seeds/ anew, small real files of every kind that the fuzzed readers read.

They are committed, so that the tests need no Python; run this by hand (with .deps/peers/bin/python) to add one.
"""

import collections
import io
import json
import os
import shutil
import sys
import zipfile
from pathlib import Path

import numpy
import sentencepiece
import torch
from diffusers import UNet2DConditionModel
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

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
    for orientation in range(1, 9):
        turned = Image.Exif()
        turned[0x0112] = orientation
        write(f"exif/turned_{orientation}.exif", turned.tobytes())
    for kind, head in {"gif": b"GIF89a", "tiff": b"II*\0", "raw": b"MM\0*", "avif": b"\0\0\0 ftypavif", "heic": b"\0\0\0 ftypheic",
                       "jxl": b"\xff\x0a", "jxl_box": b"\0\0\0\x0cJXL ", "svg": b"<svg", "text": b"a dog", "empty": b""}.items():
        write(f"picture/{kind}.bin", head)
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
    write("toml/lists.toml", 'styles = ["ink", "oil"]\nphotos = "dogs"\nbase = "starter"\ntarget_model = "private"\n')
    write("toml/one_of_a_list.toml", 'styles = "ink"\nfast = false\nseed = 0\nrate = 1\n')
    write("toml/no_path.toml", 'photos = ""\n')
    write("toml/no_choice.toml", 'target_model = "privat"\n')
    write("toml/other_kinds.toml", 'prompt = 1\nstyles = [1]\n')
    write("toml_tables/two.toml", '[[picture]]\nprompt = "a dog"\nsteps = 3\n[[picture]]\nprompt = "a cat" # the other\nseed = 4\n')
    write("toml_tables/inline.toml", 'picture = [{prompt = "a", rate = 0.5}, {steps = 9}]\n')
    write("toml_tables/no_table.toml", 'picture = [1]\n')
    write("toml_tables/foreign.toml", 'prompt = "a"\n')
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
    for name, content in {"plain": "-a text", "missing": "0", "folder": "d", "link_to_itself": "l", "pipe": "p", "short": "s",
                          "below_a_file": "b", "long": "-" + "x" * 5000}.items():
        write(f"file/{name}", content)
    write("infotext/new.txt",
          'a cozy cabin, <lora:ink:0.8>\nNegative prompt: (worst quality:1.4)\nSteps: 25, Sampler: DPM++ 2M, Schedule type: Karras, '
          'CFG scale: 6.5, Seed: 777, Size: 512x768, Model: "a, \\"b\\": c", Lora hashes: "ink: 7437f7a09915", Version: v1.10.1\n')
    write("infotext/old.txt", "a dog\nin 小 snow\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 965400086, Size: 512x512\n"
                              "Template: a {dog|cat}\n")
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
    for title, content in {"text": b"a dog\n", "page": b"\xef\xbb\xbf <!DOCTYPE html><html>", "picture": b"\x89PNG\r\n\x1a\n", "zeros": b"\0" * 99,
                           "pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n", "json": b'["a"]',
                           "pickle": b"\x80\x02}q\0.", "nothing": b""}.items():
        write(f"foreign/{title}.bin", content)
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
    torch.save(wild_checkpoint(base), SEEDS / "checkpoint" / "wild.ckpt")
    deep = {"a": torch.ones(1)}
    for _ in range(10):
        deep = {"more": deep}
    for title, content in {"expanded": {"a": torch.ones(1).expand(1000)}, "deep": deep, "long_name": {"a" * 1001: torch.ones(1)},
                           "numbered": {1: torch.ones(1), "a": torch.ones(1)}, "no_dictionary": [torch.ones(1)]}.items():
        torch.save(content, SEEDS / "checkpoint" / f"{title}.ckpt")
    for file in sorted((SEEDS / "checkpoint").iterdir()):
        with zipfile.ZipFile(file) as archive:
            name = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
            write(f"pickle/{file.stem}.pkl", archive.read(name))
    with zipfile.ZipFile(SEEDS / "checkpoint" / "script.pt", "w") as archive:
        archive.writestr("script/data.pkl", b"\x80\x02}.")
        archive.writestr("script/constants.pkl", b"")
    with zipfile.ZipFile(SEEDS / "checkpoint" / "squeezed.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("squeezed/data.pkl", b"\x80\x02}." + b"N0" * 99)


def wild_checkpoint(tensor):
    """What training frameworks leave beside the tensors: numpy's numbers, sets, sizes, parameters with a state."""
    parameter = torch.nn.Parameter(tensor.clone())
    parameter.note = "kept"
    modules = torch.nn.ParameterDict({"*": torch.nn.Parameter(torch.ones(1, 4))})
    return {"state_dict": {"a": parameter, "u16": torch.ones(2, dtype=torch.int32).to(torch.uint16), "e": torch.ones(0, 3)},
            "string_to_param": modules, "score": numpy.float64(0.5), "values": numpy.arange(2), "size": torch.Size([2, 3]),
            "device": torch.device("cpu"), "seen": {1, 2}, "z": 1j, "ordered": collections.OrderedDict(a=1), "huge": 1 << 100,
            "bytes": bytearray(b"ab"), "negative": -70000, "zero": 0}


def save(name, tensors, **metadata):
    path = SEEDS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    half = {key: tensor.half() if tensor.dtype == torch.float32 else tensor for key, tensor in tensors.items()}
    save_file({key: tensor.contiguous() for key, tensor in half.items()}, path, metadata=metadata or None)


def factors(name, down, up, out, width, rank=1, **more):
    """A low-rank pair of a layer [out, width]; `more` are tensors by the rest of their names."""
    pair = {f"{name}.{down}": torch.randn(rank, width), f"{name}.{up}": torch.randn(out, rank)}
    return {**pair, **{f"{name}.{key}": value for key, value in more.items()}}


def loras():
    """The forms that trainers write, for the few layers of addon_readers.cpp; and what is taken for one."""
    torch.manual_seed(2)
    to_k = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k"
    to_out = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0"
    kohya, alpha = ("lora_down.weight", "lora_up.weight"), torch.tensor(2.0)
    save("lora/kohya.safetensors",
         {**factors("lora_unet_" + to_k.replace(".", "_"), *kohya, 6, 768, alpha=alpha),
          **factors("lora_te_text_model_encoder_layers_0_mlp_fc1", *kohya, 10, 5, 2, alpha=alpha, dora_scale=torch.ones(10, 1)),
          "lora_unet_conv_in.lora_down.weight": torch.randn(1, 4, 3, 3), "lora_unet_conv_in.lora_up.weight": torch.randn(6, 1, 1, 1),
          "lora_unet_conv_in.dora_scale": torch.ones(1, 4, 1, 1)},
         ss_tag_frequency='{"1_dog": {"sks dog": 3, "red": 1, "x": null}, "y": 2}')
    save("lora/locon.safetensors",
         {"lora_unet_input_blocks_0_0.lora_down.weight": torch.randn(2, 4, 1, 1),
          "lora_unet_input_blocks_0_0.lora_mid.weight": torch.randn(2, 2, 3, 3),
          "lora_unet_input_blocks_0_0.lora_up.weight": torch.randn(6, 2, 1, 1), "lora_unet_input_blocks_0_0.alpha": alpha},
         **{"modelspec.trigger_phrase": "sks dog"})
    save("lora/diffusers.safetensors",
         {**factors("unet." + to_out, "lora.down.weight", "lora.up.weight", 6, 6),
          **factors("text_encoder.text_model.encoder.layers.0.self_attn.q_proj", "lora_linear_layer.down.weight",
                    "lora_linear_layer.up.weight", 5, 5)},
         lora_adapter_metadata=json.dumps({"unet.lora_alpha": 3, "unet.use_rslora": True, "unet.alpha_pattern": {"to_out.0": 2},
                                           "text_encoder.lora_alpha": 1.5}))
    save("lora/old_diffusers.safetensors",
         factors(to_out.removesuffix(".to_out.0") + ".processor.to_out_lora", "down.weight", "up.weight", 6, 6))
    save("lora/peft.safetensors",
         {**factors("base_model.model." + to_out, "lora_A.default.weight", "lora_B.default.weight", 6, 6,
                    **{"lora_magnitude_vector.default.weight": torch.ones(6)}),
          **factors("base_model.model.mid_block.attentions.0.proj_in", "lora_A.weight", "lora_B.weight", 6, 6,
                    lora_magnitude_vector=torch.ones(1, 6, 1, 1))})
    layer, pair = "lora_unet_mid_block_attentions_0_proj_in.", "lora_unet_conv_in."
    save("lora/loha.safetensors",
         {**{layer + f"hada_w{i}_a": torch.randn(6, 2) for i in (1, 2)}, **{layer + f"hada_w{i}_b": torch.randn(2, 6) for i in (1, 2)},
          layer + "alpha": alpha,
          **{pair + f"hada_w{i}_a": torch.randn(2, 6) for i in (1, 2)}, **{pair + f"hada_w{i}_b": torch.randn(2, 4) for i in (1, 2)},
          **{pair + f"hada_t{i}": torch.randn(2, 2, 3, 3) for i in (1, 2)}})
    save("lora/lokr.safetensors",
         {layer + "lokr_w1": torch.randn(2, 3), layer + "lokr_w2": torch.randn(3, 2), layer + "alpha": alpha,
          pair + "lokr_w1_a": torch.randn(2, 1), pair + "lokr_w1_b": torch.randn(1, 2), pair + "lokr_w2_a": torch.randn(2, 3),
          pair + "lokr_w2_b": torch.randn(2, 2), pair + "lokr_t2": torch.randn(2, 2, 3, 3)})
    save("lora/lokr_pair.safetensors",
         {pair + "lokr_w1": torch.randn(2, 2), pair + "lokr_w2_a": torch.randn(3, 2), pair + "lokr_w2_b": torch.randn(2, 18),
          pair + "dora_scale": torch.ones(6, 1, 1, 1)})
    low_rank = {layer + "lora_down.weight": torch.randn(1, 6), layer + "lora_up.weight": torch.randn(6, 1)}
    wrong = {
        "half": {layer + "lora_down.weight": torch.randn(1, 6)},
        "rank_0": {layer + "lora_down.weight": torch.ones(0, 6), layer + "lora_up.weight": torch.ones(6, 0)},
        "whole_numbers": {**low_rank, layer + "lora_up.weight": torch.ones(6, 1, dtype=torch.int32)},
        "infinite": {**low_rank, layer + "lora_up.weight": torch.full((6, 1), torch.inf)},
        "two_alphas": {**low_rank, layer + "alpha": torch.ones(2)}, "no_alpha": {**low_rank, layer + "alpha": torch.tensor(torch.nan)},
        "magnitudes": {**low_rank, layer + "dora_scale": torch.ones(4)}, "flat_magnitudes": {**low_rank, layer + "dora_scale": torch.ones(1, 1, 6)},
        "peft_magnitudes": {**low_rank, layer + "lora_magnitude_vector": torch.ones(5)},
        "twice": {**low_rank, "unet.mid_block.attentions.0.proj_in.lora_A.weight": torch.randn(1, 6)},
        "loha_half": {layer + "hada_w1_a": torch.randn(6, 2)},
        "loha_rank_0": {layer + f"hada_w{i}_{side}": torch.ones(*shape) for i in (1, 2) for side, shape in (("a", (6, 0)), ("b", (0, 6)))},
        "loha_shapes": {layer + f"hada_w{i}_{side}": torch.ones(*shape) for i in (1, 2) for side, shape in (("a", (6, 2)), ("b", (2, 5)))},
        "lokr_divides_not": {layer + "lokr_w1": torch.ones(4, 4), layer + "lokr_w2": torch.ones(2, 2)},
        "lokr_half": {layer + "lokr_w1_a": torch.ones(2, 1)},
        "lokr_shapes": {layer + "lokr_w1": torch.ones(2, 3), layer + "lokr_w2": torch.ones(5, 2)}}
    for title, tensors in wrong.items():
        save(f"lora/wrong_{title}.safetensors", tensors)
    for title, width in {"sd2": 1024, "refiner": 1280, "sdxl": 2048, "other": 5}.items():
        save(f"lora/{title}.safetensors", factors("lora_unet_" + to_k.replace(".", "_"), *kohya, 6, width))
    save("lora/second_encoder.safetensors", factors("lora_te2_text_model_encoder_layers_0_mlp_fc1", *kohya, 10, 5))
    save("lora/flux.safetensors", factors("lora_unet_double_blocks_0_img_mlp_0", *kohya, 6, 6))
    save("lora/none.safetensors", {"conv_in.weight": torch.ones(2)})
    write("adapter_config/plain.json", {"peft_type": "LORA", "r": 1, "lora_alpha": 2, "use_dora": True})
    write("adapter_config/patterns.json", {"peft_type": "LORA", "lora_alpha": 2.5, "use_rslora": True,
                                           "alpha_pattern": {"^mid_block.attentions.0.proj_in": 3, "to_out.0": 1}})
    write("adapter_config/other.json", {"peft_type": "LOHA", "alpha": 2})
    write("adapter_config/no_alpha.json", {"peft_type": "LORA", "r": 1})
    lora_folders()


def listing(name, *lines):
    """Of a folder (listed_folder.h): a line for each file, its path and its seed."""
    write(f"{name}.txt", "".join(line + "\n" for line in lines))


def lora_folders():
    """PEFT's folder, one of parts, diffusers' one, and some that hold no LoRA."""
    config = "adapter_config/plain.json"
    listing("lora_folder/peft", "adapter_model.safetensors lora/peft.safetensors", f"adapter_config.json {config}")
    listing("lora_folder/parts", *(f"{part}/{line}" for part in ("unet", "text_encoder") for line in
                                   ("adapter_model.safetensors lora/peft.safetensors", f"adapter_config.json {config}")))
    listing("lora_folder/diffusers", "pytorch_lora_weights.safetensors lora/diffusers.safetensors")
    listing("lora_folder/no_weights", f"adapter_config.json {config}")
    listing("lora_folder/no_config", "adapter_model.safetensors lora/peft.safetensors")
    listing("lora_folder/no_alpha", "adapter_model.safetensors lora/peft.safetensors", "adapter_config.json adapter_config/no_alpha.json")
    listing("lora_folder/nothing", "none")
    for kind in ("empty", "directory", "pipe", "socket", "kernel"):
        listing(f"lora_folder/{kind}", f"adapter_model.safetensors {kind}", f"adapter_config.json {config}")


def embeddings():
    """Textual inversions of the web UIs, of diffusers and of SDXL."""
    torch.manual_seed(3)
    save("embedding/web_ui.safetensors", {"emb_params": torch.randn(2, 8)})
    save("embedding/token.safetensors", {"<cat-toy>": torch.randn(8)})
    save("embedding/sdxl.safetensors", {"clip_l": torch.randn(2, 8), "clip_g": torch.randn(2, 6)})
    save("embedding/uneven.safetensors", {"clip_l": torch.randn(2, 8), "clip_g": torch.randn(1, 6)})
    save("embedding/none.safetensors", {"a": torch.randn(2), "b": torch.randn(2)})
    save("embedding/whole.safetensors", {"numbers": torch.arange(3)})
    folder = SEEDS / "embedding_pt"
    folder.mkdir(parents=True)
    torch.save({"string_to_token": {"*": torch.tensor(265)}, "string_to_param": {"*": torch.randn(1, 8)}, "name": "toy",
                "step": 5}, folder / "web_ui.pt")
    torch.save({"<cat-toy>": torch.randn(8)}, folder / "diffusers.bin")
    torch.save({"string_to_param": torch.nn.ParameterDict({"*": torch.nn.Parameter(torch.randn(2, 4))})}, folder / "old.pt")


def first_tensors(context, channels=4):
    """By which a family is known."""
    return {"model.diffusion_model.input_blocks.0.0.weight": torch.ones(1, channels, 1, 1),
            "model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": torch.ones(1, context),
            "model.diffusion_model.middle_block.1.norm.bias": torch.ones(2),
            "first_stage_model.encoder.mid.attn_1.q.weight": torch.ones(2, 2, 1, 1), "first_stage_model.quant_conv.bias": torch.ones(1)}


def open_clip(prefix):
    block = prefix + "transformer.resblocks.0."
    return {prefix + "ln_final.weight": torch.ones(2), block + "attn.in_proj_weight": torch.ones(6, 2),
            block + "attn.in_proj_bias": torch.ones(6), prefix + "text_projection": torch.ones(2, 3),
            prefix + "logit_scale": torch.tensor(1.0), prefix + "positional_embedding": torch.ones(3, 2)}


def single_files():
    """The tensors by which each family is known, and of every table some; not whole models, which reading does not ask for."""
    clip = {"cond_stage_model.transformer.text_model.final_layer_norm.weight": torch.ones(2),
            "cond_stage_model.transformer.embeddings.position_ids": torch.arange(3)}
    xl_clip = {"conditioner.embedders.0.transformer.text_model.final_layer_norm.weight": torch.ones(2)}
    moving = {"model_ema.diffusion_modelinput_blocks00weight": torch.ones(1, 4, 1, 1), "betas": torch.ones(2)}
    families = {
        "sd1": {**first_tensors(768), **clip, **moving}, "sd1_inpaint": {**first_tensors(768, 9), **clip},
        "sd2": {**first_tensors(1024), **open_clip("cond_stage_model.model.")},
        "sd2_inpaint": {**first_tensors(1024, 9), **open_clip("cond_stage_model.model.")},
        "sdxl": {**first_tensors(2048), **xl_clip, **open_clip("conditioner.embedders.1.model."), "v_pred": torch.ones(0), "ztsnr": torch.ones(0)},
        "sdxl_inpaint": {**first_tensors(2048, 9), **xl_clip, **open_clip("conditioner.embedders.1.model.")},
        "refiner": {**first_tensors(1280), **open_clip("conditioner.embedders.0.model.")},
        "unknown": first_tensors(5), "vae_alone": {"encoder.conv_in.weight": torch.ones(1)}, "unet_alone": {"conv_in.weight": torch.ones(1)},
        "text_alone": {"text_model.a": torch.ones(1)}, "lora": {"a.lora_up.weight": torch.ones(1)}}
    for name, tensors in families.items():
        save(f"single_file/{name}.safetensors", tensors)
    sd2, place = families["sd2"], "cond_stage_model.model."
    save("single_file/wrong_thirds.safetensors", {**sd2, place + "transformer.resblocks.0.attn.in_proj_weight": torch.ones(5, 2)})
    save("single_file/wrong_matrix.safetensors", {**sd2, place + "text_projection": torch.ones(2)})
    for prediction in ("v", "epsilon"):
        save(f"single_file/sd2_{prediction}.safetensors", families["sd2"], **{"modelspec.prediction_type": prediction})
    for name in ("stable-diffusion-v2-512", "stable-diffusion-v2-768-v"):
        save(f"single_file/{name}.safetensors", families["sd2"], **{"modelspec.architecture": name})
    unet = "model.diffusion_model."
    averages = {"model_ema.diffusion_model" + name.removeprefix(unet).replace(".", ""): 2 * tensor
                for name, tensor in first_tensors(768).items() if name.startswith(unet)}
    save("moving_average/sd1.safetensors", {**families["sd1"], **averages})
    folder = SEEDS / "single_ckpt"
    folder.mkdir(parents=True)
    torch.save({"state_dict": families["sd1"], "global_step": 5}, folder / "sd1.ckpt")
    torch.save({"state_dict": families["sd2"], "global_step": 875000}, folder / "sd2_base.ckpt")
    starter = {part: json.loads((STARTER / part / "config.json").read_text()) for part in ("unet", "vae", "text_encoder")}
    small = {**starter, "model_index": json.loads((STARTER / "model_index.json").read_text()), "scheduler": {}}
    lists = {"block_out_channels": [4, 8], "layers_per_block": [1, 2], "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"],
             "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"]}
    second = {"text_encoder_2": {"hidden_act": "gelu", "num_hidden_layers": 2, "architectures": ["CLIPTextModelWithProjection"]}}
    write("big_configs/starter.json", small)
    write("big_configs/lists.json", {**small, **second, "unet": lists})
    write("big_configs/little.json", {"model_index": {}, "scheduler": {}, "unet": lists, "vae": {"block_out_channels": [4]}})


def part_weights():
    """A VAE's tensors under all their names, and a whole text encoder, the smallest."""
    save("vae_file/latent_diffusion.safetensors",
         {"encoder.mid.attn_1.q.weight": torch.ones(2, 2, 1, 1), "encoder.mid.attn_1.proj_out.bias": torch.ones(2),
          "decoder.up.3.block.0.conv1.weight": torch.ones(1, 1, 3, 3), "loss.discriminator.main.0.weight": torch.ones(1)})
    save("vae_file/whole_model.safetensors", {"first_stage_model.encoder.conv_in.bias": torch.ones(1), "model.other": torch.ones(1)})
    save("vae_file/diffusers.safetensors",
         {"encoder.mid_block.attentions.0.to_q.weight": torch.ones(2, 2), "quant_conv.bias": torch.ones(1),
          "decoder.mid_block.attentions.0.query.weight": torch.ones(2, 2, 1, 1), "decoder.mid_block.attentions.0.proj_attn.bias": torch.ones(2)})
    torch.manual_seed(4)
    encoder = CLIPTextModel(CLIPTextConfig(vocab_size=5, hidden_size=4, intermediate_size=6, num_hidden_layers=1,
                                           num_attention_heads=1, max_position_embeddings=3, bos_token_id=0,
                                           eos_token_id=2))
    state = {name: tensor for name, tensor in encoder.state_dict().items() if "position_ids" not in name}
    plain = {name.removeprefix("text_model."): tensor for name, tensor in state.items()}
    save("weights/today.safetensors", plain)
    save("weights/usual.safetensors", {"text_model." + name: tensor for name, tensor in plain.items()})
    save_file({"text_model." + name: tensor.contiguous() for name, tensor in plain.items()}, SEEDS / "weights/full_precision.safetensors")
    save("weights/single.safetensors", {"text_model." + name: tensor for name, tensor in plain.items()} | {
        "text_model.embeddings.position_ids": torch.arange(3)})
    save("weights/whole_clip.safetensors", {**plain, "visual_projection.weight": torch.ones(1)})
    save("weights/whole_numbers.safetensors", {"numbers": torch.arange(3)})
    unet_weights()


def unet_weights():
    """The smallest UNet, its old names and forms, and what is taken for it."""
    network = UNet2DConditionModel(in_channels=4, block_out_channels=(4,), down_block_types=("DownBlock2D",),
                                   up_block_types=("UpBlock2D",), layers_per_block=1, cross_attention_dim=3,
                                   attention_head_dim=1, norm_num_groups=1)
    state = network.state_dict()
    query = next(name for name in state if ".to_q." in name)
    keys = next(name for name in state if ".attn2.to_k." in name)
    first = "conv_in.weight"
    save("weights/unet.safetensors", state)
    save("weights/unet_old_names.safetensors", {name.replace(".to_q.", ".query."): tensor for name, tensor in state.items()})
    save("weights/unet_convolution.safetensors", {**state, query: state[query][:, :, None, None]})
    save("weights/unet_incomplete.safetensors", {first: state[first]})
    for title, changes in {
            "inpainting": {first: torch.ones(4, 9, 3, 3)}, "editing": {first: torch.ones(4, 8, 3, 3)},
            "other_text": {keys: torch.ones(4, 5)}, "other_kernel": {first: torch.ones(4, 4, 1, 1)},
            "of_a_lora": {"conv_in.lora_up.weight": torch.ones(1)}, "more": {"mid_block.more": torch.ones(1)},
            "of_a_model": {"model.diffusion_model.out.2.bias": torch.ones(1)},
            "of_sdxl": {"add_embedding.linear_1.bias": torch.ones(1)}}.items():
        save(f"weights/unet_{title}.safetensors", {**state, **changes})


def model_folders():
    """Listings of a whole model's folder, whole and short of each of its files."""
    weights = "diffusion_pytorch_model.safetensors"
    files = {"model_index.json": "model_index/starter.json", "scheduler/scheduler_config.json": "schedule/solver.json",
             "text_encoder/config.json": "text_config/small.json", "text_encoder/model.safetensors": "weights/single.safetensors",
             "tokenizer/tokenizer_config.json": "tokenizer/clip/tokenizer_config.json",
             "unet/config.json": "unet_config/lists.json", f"unet/{weights}": "weights/unet.safetensors",
             "vae/config.json": "vae_config/small.json", f"vae/{weights}": "vae_file/diffusers.safetensors"}
    shards = {"unet/model-00001-of-00002.safetensors": "safetensors/one.safetensors",
              "unet/model-00002-of-00002.safetensors": "safetensors/types.safetensors"}
    sharded = {**files, f"unet/{weights}.index.json": "shard_index/two.json", **shards}
    del sharded[f"unet/{weights}"]
    half = {**files, "text_encoder/model.fp16.safetensors": files["text_encoder/model.safetensors"]}
    del half["text_encoder/model.safetensors"]
    kinds = {"whole": files, "sharded": sharded, "half": half,
             "with_extra": {**files, "single_file_extra.safetensors": "safetensors/one.safetensors"}, "nothing": {},
             "xl": {**files, "model_index.json": "model_index/xl.json"},
             "index_without_vae": {name: "model_index/no_vae.json" if name == "model_index.json" else seed
                                   for name, seed in files.items() if name != "vae/config.json"}}
    for missing in files:
        kinds["no_" + missing.replace("/", "_")] = {name: seed for name, seed in files.items() if name != missing}
    for name, pickle in {"unet": "unet/diffusion_pytorch_model.bin", "text": "text_encoder/pytorch_model.bin"}.items():
        kinds[f"{name}_pickle"] = {**{file: seed for file, seed in files.items() if not file.startswith(f"{name}") or "config" in file},
                                   pickle: "embedding_pt/diffusers.bin"}
    for title, content in kinds.items():
        listing(f"model_folder/{title}", *(f"{name} {seed}" for name, seed in content.items()))


def configs():
    """Configurations as diffusers and transformers write them."""
    for kind, place in {"unet_config": "unet/config.json", "vae_config": "vae/config.json", "text_config": "text_encoder/config.json",
                        "schedule": "scheduler/scheduler_config.json", "model_index": "model_index.json"}.items():
        write(f"{kind}/starter.json", (STARTER / place).read_bytes())
    index = json.loads((STARTER / "model_index.json").read_text())
    second = {"_class_name": "StableDiffusionXLPipeline", "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"]}
    write("model_index/xl.json", {**index, **second})
    write("model_index/refiner.json", {**index, **second, "text_encoder": [None, None], "force_zeros_for_empty_prompt": False})
    write("model_index/no_vae.json", {key: value for key, value in index.items() if key != "vae"})
    write("model_index/other.json", {**index, "_class_name": "FluxPipeline"})
    write("model_index/outside.json", {**index, "../unet": index["unet"]})
    lists = {"_class_name": "UNet2DConditionModel", "sample_size": [8, 8], "block_out_channels": [32, 64],
             "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"], "layers_per_block": [1, 2],
             "attention_head_dim": [4, 8], "cross_attention_dim": 32, "norm_num_groups": 8,
             "transformer_layers_per_block": [1, 2], "use_linear_projection": True}
    write("unet_config/lists.json", lists)
    xl = {"addition_embed_type": "text_time", "addition_time_embed_dim": 4, "projection_class_embeddings_input_dim": 32}
    huge = {"block_out_channels": [32, 60000]}
    for title, changes in {"xl": xl, "xl_none": {"addition_embed_type": "text_time"}, "lcm": {"time_cond_proj_dim": 256}, "huge": huge,
                           "no_levels": {"block_out_channels": []}, "no_width": {"block_out_channels": [0]},
                           "oblong": {"sample_size": [8, 9]}, "not_built": {"dropout": 0.1}}.items():
        write(f"unet_config/{title}.json", {**lists, **changes})
    write("vae_config/small.json", {"block_out_channels": [8, 8], "down_block_types": ["DownEncoderBlock2D"] * 2,
                                    "up_block_types": ["UpDecoderBlock2D"] * 2, "norm_num_groups": 4, "scaling_factor": 0.13})
    write("text_config/small.json", {"architectures": ["CLIPTextModel"], "hidden_size": 32, "num_attention_heads": 4, "vocab_size": 99,
                                     "hidden_act": "gelu", "eos_token_id": 2})
    write("schedule/solver.json",
          '{"_class_name": "DPMSolverMultistepScheduler", "beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012,\n'
          ' "lambda_min_clipped": -Infinity, "solver_order": 2, "use_karras_sigmas": true, "final_sigmas_type": "zero",\n'
          ' "timestep_spacing": "linspace", "trained_betas": [0.1, 0.2], "prediction_type": "sample"}')
    for title, changes in {"thresholding": {"thresholding": True}, "on_noise": {"predict_x0": False}, "corrector": {"disable_corrector": [1]},
                           "sigma": {"sigma_min": 0.1}, "no_betas": {"beta_start": 0.5, "beta_end": 0.1},
                           "wrong_betas": {"trained_betas": [2]}, "two_curves": {"use_karras_sigmas": True, "use_beta_sigmas": True},
                           "no_steps": {"num_train_timesteps": 0}, "no_original": {"original_inference_steps": 0},
                           "typo": {"prediction_type": "velocity"}}.items():
        write(f"schedule/{title}.json", changes)
    write("schedule/cosine.json", {"beta_schedule": "squaredcos_cap_v2", "num_train_timesteps": 100, "steps_offset": 1})


def main():
    shutil.rmtree(SEEDS, ignore_errors=True)
    for make in (pictures, clip_tokenizer, spiece, settings, weights, checkpoints, loras, embeddings, single_files, part_weights,
                 model_folders, configs):
        make()
    sizes = [file.stat().st_size for file in SEEDS.rglob("*") if file.is_file()]
    print(f"{len(sizes)} seeds, {sum(sizes)} bytes")


if __name__ == "__main__":
    sys.exit(main())
