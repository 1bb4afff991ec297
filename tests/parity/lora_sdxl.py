"""SDXL's side of lora.py: one adapter as kohya writes it, one embedding, and kohya's names of all layers."""

import json

import torch
from diffusers.loaders.lora_conversion_utils import (
    _convert_non_diffusers_lora_to_diffusers,
    _maybe_map_sgm_blocks_to_diffusers,
)
from diffusers.utils.state_dict_utils import convert_unet_state_dict_to_peft
from safetensors.torch import save_file

from lora_formats import TEXT, TRANSFORMER, Adapters, sgm_layer
from real_configs import CLIP_L, OPENCLIP_G, SDXL, build


def sdxl_layers():
    """Every linear layer and convolution of SDXL, without allocating any."""
    for part, config in (("unet", SDXL), ("text_encoder", CLIP_L), ("text_encoder_2", OPENCLIP_G)):
        module, _ = build(part, config)
        for path, child in module.named_modules():
            if isinstance(child, (torch.nn.Linear, torch.nn.Conv2d)):
                yield part, path, list(child.weight.shape)


def write_layers(ctx):
    prefixes = {"unet": "lora_unet_", "text_encoder": "lora_te1_", "text_encoder_2": "lora_te2_"}
    rows = []
    for part, path, shape in sdxl_layers():
        if part != "unet":
            path = path if path.startswith("text_") else "text_model." + path  # as before transformers 5
        name = sgm_layer(path).replace("UPSAMPLER", "2") if part == "unet" else path
        rows.append({"part": part, "path": path, "name": prefixes[part] + name.replace(".", "_"), "shape": shape})
    assert_diffusers_agrees(rows)
    (ctx.out / "lora_sdxl.json").write_text(json.dumps(rows))


def assert_diffusers_agrees(rows):
    """diffusers' reader, given kohya's names, must come to the paths that stand beside them."""

    class Config:
        layers_per_block = 2

    for row in rows:
        if row["part"] != "unet":
            continue
        state = {f"{row['name']}.lora_{role}.weight": torch.zeros(1) for role in ("down", "up")}
        state = _maybe_map_sgm_blocks_to_diffusers(state, Config)
        state, _ = _convert_non_diffusers_lora_to_diffusers(state)
        names = {name.split(".lora_")[0] for name in convert_unet_state_dict_to_peft(state)}
        assert names == {"unet." + row["path"]}, f"{row}: diffusers says {names}"


def kohya_sdxl(adapters, alpha):
    """As kohya's trainer names SDXL's layers: the UNet's by Stability's own code."""
    state = {}
    for name, tensor in adapters.prefixed().items():
        part, rest = name.split(".", 1)
        path, role = rest.rsplit(".lora_", 1)
        if part == "unet":
            layer = "lora_unet_" + sgm_layer(path).replace(".", "_")
        else:
            text_model = "" if path.startswith("text_") else "text_model."
            layer = {"text_encoder": "lora_te1_", "text_encoder_2": "lora_te2_"}[part]
            layer += (text_model + path).replace(".", "_")
        state[f"{layer}.lora_{'down' if role.startswith('A') else 'up'}.weight"] = tensor
        state[f"{layer}.alpha"] = torch.tensor(float(alpha))
    return state


def write_files(ctx, folder):
    adapters, merged = Adapters(ctx.pipe, 31, TRANSFORMER, TEXT), {}
    save_file(kohya_sdxl(adapters, 6), folder / "kohya.safetensors")
    adapters.merged(merged, "plain")
    files = {"kohya": ["kohya.safetensors", 1.0, "plain"]}
    save_file(merged, folder.parent / "lora_merged.safetensors", metadata={"files": json.dumps(files)})
    embeddings = ctx.out / "embeddings"
    embeddings.mkdir()
    generator = torch.Generator().manual_seed(32)
    widths = {"clip_l": ctx.pipe.text_encoder.config.hidden_size, "clip_g": ctx.pipe.text_encoder_2.config.hidden_size}
    save_file({name: torch.randn(2, width, generator=generator) for name, width in widths.items()},
              embeddings / "toy.safetensors")


def picture_cases():
    common = {"prompt": "a photo of a cat, in the snow", "seed": 5, "num_inference_steps": 5, "guidance_scale": 4.0,
              "loras": [], "embeddings": []}
    yield {**common, "name": "none"}
    yield {**common, "name": "kohya", "loras": [["kohya.safetensors", 0.7]]}
    yield {**common, "name": "embeddings", "prompt": "a <toy> in the snow", "embeddings": [["toy.safetensors", "<toy>"]]}
