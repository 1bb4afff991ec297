"""Whole models in one file, as web UIs have them, and checkpoints of torch.save of every kind.

single.safetensors, single.ckpt (fp16, as Stable Diffusion 1.4's: a training framework's classes beside the tensors),
    single_plain.safetensors (without big.configs: nothing says what it is made of), each the family's tiny model.
single_names.json (sdxl alone): {model: {name: shape}} of the real models' single files.
lora.safetensors, nan.safetensors (sd1 alone): a LoRA with a trainer's metadata; a VAE with a hole.
pickles/*.pt (sd1 alone): torch.save's files for the reader; pickles.safetensors what they hold.
"""

import collections
import json
import sys
import types

import torch
from safetensors.torch import save_file

import families
from single_names import to_single

PARTS = ("unet", "vae", "text_encoder", "text_encoder_2")


def state_of(part, module):
    state = {name: value for name, value in module.state_dict().items() if not name.endswith("position_ids")}
    if part.startswith("text_encoder") and not any(name.startswith("text_model.") for name in state):
        state = {"text_model." + name: value for name, value in state.items()}  # transformers 5 leaves it out
    return state


def parts_of(pipe):
    found = {}
    for name, module in families.parts(pipe):
        config = module.config.to_dict() if hasattr(module.config, "to_dict") else dict(module.config)
        found[name] = (state_of(name, module), config)
    return found


def configs_of(ctx):
    """The folder's small files, as BIG keeps them in a single file's metadata."""
    configs = {"model_index": json.loads((ctx.model_dir / "model_index.json").read_text())}
    for part in configs["model_index"]:
        for name in ("config.json", "scheduler_config.json", "tokenizer_config.json"):
            file = ctx.model_dir / part / name
            if file.exists():
                configs[part] = json.loads(file.read_text().replace("-Infinity", "null"))
    return configs


def outside(module, name):
    """A class that only the writer knows, as a training framework's."""
    package = ""
    for word in module.split("."):
        package = f"{package}.{word}" if package else word
        sys.modules.setdefault(package, types.ModuleType(package))
    kind = type(name, (), {"__module__": module})
    setattr(sys.modules[module], name, kind)
    return kind


def lightning_checkpoint(tensors, configs):
    """A training checkpoint: classes as keys, numpy's numbers, an optimiser's state."""
    import numpy

    callback = outside("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint")
    return {
        "epoch": 1, "global_step": 470000, "pytorch-lightning_version": "1.4.2", "big.configs": json.dumps(configs),
        "state_dict": collections.OrderedDict(tensors),
        "callbacks": {callback: {"best_model_score": numpy.float64(0.5), "current": numpy.arange(3), "made": callback()}},
        "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(3)}}, "param_groups": [{"lr": 1e-4}]}],
        "lr_schedulers": [], "seen": {1, 2}, "huge": 1 << 100, "negative": -5,
    }


def real_names():
    """The single files of the real models, without weights."""
    import real_configs

    described = {}
    vae, open_g = (real_configs.MODELS["sdxl"][part] for part in ("vae", "text_encoder_2"))
    models = {
        "sd1": dict(real_configs.MODELS["sd15"]),
        "sd2": dict(real_configs.MODELS["sd21"], vae=real_configs.VAE),
        "sdxl": dict(real_configs.MODELS["sdxl"], text_encoder=real_configs.CLIP_L),
        "sdxl_refiner": dict(real_configs.MODELS["refiner"], vae=vae, text_encoder_2=open_g),
        "sd1_inpaint": dict(real_configs.MODELS["sd15"], **real_configs.MODELS["inpainting"]),
    }
    for name, parts in models.items():
        built = {part: real_configs.build(part, config) for part, config in parts.items()}
        made = {part: (state_of(part, module), config) for part, (module, config) in built.items()}
        described[name] = {key: list(value.shape) for key, value in to_single(made).items()}
    return described


def save_pickles(folder):
    """torch.save's ways of saying the same things."""
    folder.mkdir()
    counting = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    dtypes = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
              torch.uint8, torch.bool, torch.float8_e4m3fn, torch.float8_e5m2, torch.uint16, torch.uint32, torch.uint64]
    values = {
        "dtypes": {str(dtype).removeprefix("torch."): torch.arange(6).reshape(2, 3).to(dtype) for dtype in dtypes},
        "views": {"whole": counting, "row": counting[2], "column": counting[:, 1], "transposed": counting.t(),
                  "part": counting[1:3, 2:5], "scalar": counting[3, 5], "empty": counting[:0]},
        "parameters": {"parameter": torch.nn.Parameter(counting.clone()), "nested": {"deep": {"er": counting[0].clone()}}},
        "module": torch.nn.Linear(3, 2).state_dict(),
        "embedding": {"string_to_token": {"*": 265}, "string_to_param": torch.nn.ParameterDict({"*": counting}),
                      "name": "cat", "step": 3},
        "embedding_plain": {"string_to_token": {"*": torch.tensor(265)}, "string_to_param": {"*": counting}, "name": "cat"},
        "state_dict_inside": {"state_dict": {"state_dict": {"inner": counting[1].clone()}, "outer": counting[0].clone()}},
    }
    expected = {}
    for name, value in values.items():
        torch.save(value, folder / f"{name}.pt")

    def walk(value, path):
        if torch.is_tensor(value):
            expected[path] = value.detach().contiguous().clone()
        elif isinstance(value, (dict, torch.nn.ParameterDict)):
            for key, item in value.items():
                walk(item, f"{path}.{key}")

    for name, value in values.items():
        walk(value["state_dict"]["state_dict"] if name == "state_dict_inside" else value, name)
    save_file(expected, folder.parent / "pickles.safetensors")
    torch.save({"a": counting}, folder / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save([counting], folder / "list.pt")
    torch.save({"a": outside("somewhere", "Unknown")()}, folder / "unknown.pt")
    torch.save({"a": torch.zeros(2, dtype=torch.complex64)}, folder / "complex.pt")
    torch.save({"a": torch.zeros(1).expand(1 << 40)}, folder / "expanded.pt")
    torch.save({"a": counting}, folder / "protocol.pt", pickle_protocol=4)


def save_odd_ones(folder):
    lora = "lora_unet_mid_block_attentions_0_proj_in.", "lora_te_text_model_encoder_layers_0_mlp_fc1."
    tags = {"10_sks dog": {"1girl": 3, "sks dog": 5}, "other": {"red": 1}}
    save_file(
        {lora[0] + "lora_down.weight": torch.zeros(4, 8, 1, 1), lora[0] + "lora_up.weight": torch.zeros(8, 4, 1, 1),
         lora[0] + "alpha": torch.tensor(2.0), lora[1] + "lora_down.weight": torch.zeros(8, 8),
         lora[1] + "lora_up.weight": torch.zeros(8, 8)},
        folder / "lora.safetensors", metadata={"ss_tag_frequency": json.dumps(tags), "ss_network_dim": "4"},
    )
    save_file({"first_stage_model.a": torch.tensor([1.0, float("nan")])}, folder / "nan.safetensors")


def make(ctx):
    if ctx.family not in ("sd1", "sd2", "sdxl", "refiner", "inpaint"):
        return  # no single file can say what they are: another tokenizer, a guidance scale told to the UNet
    configs = configs_of(ctx)
    tensors = {name: value.contiguous() for name, value in to_single(parts_of(ctx.pipe)).items()}
    save_file(tensors, ctx.out / "single.safetensors", metadata={"format": "pt", "big.configs": json.dumps(configs)})
    save_file(tensors, ctx.out / "single_plain.safetensors", metadata={"format": "pt"})
    half = {name: value.half() for name, value in tensors.items()}
    extra = {"betas": torch.zeros(3), "model_ema.decay": torch.tensor(0.9), "model_ema.num_updates": torch.tensor(3)}
    averaged = {"model_ema." + "".join(name.split(".")[1:]): value + 1 for name, value in half.items()
                if name.startswith("model.diffusion_model.")}
    torch.save(lightning_checkpoint(half | extra | averaged, configs), ctx.out / "single.ckpt")
    if ctx.family == "sd1":
        save_pickles(ctx.out / "pickles")
        save_odd_ones(ctx.out)
    if ctx.family == "sdxl":
        (ctx.out / "single_names.json").write_text(json.dumps(real_names()), encoding="utf-8")
