"""Names and shapes of all tensors of the real models, from diffusers' and transformers' own classes, without weights.

real_configs.json: {model: {part: {"config": as save_pretrained writes it, "tensors": {name: shape}}}}. The
configurations are those of the models' public folders; modules are built on the meta device.
"""

import json

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

THREE_CROSS = ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"], ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3
SD1 = {
    "sample_size": 64, "block_out_channels": [320, 640, 1280, 1280], "layers_per_block": 2, "attention_head_dim": 8,
    "cross_attention_dim": 768, "down_block_types": THREE_CROSS[0], "up_block_types": THREE_CROSS[1],
}
SD2 = SD1 | {
    "sample_size": 96, "attention_head_dim": [5, 10, 20, 20], "cross_attention_dim": 1024,
    "use_linear_projection": True, "upcast_attention": True, "dual_cross_attention": False,
}
XL = {
    "sample_size": 128, "layers_per_block": 2, "use_linear_projection": True, "upcast_attention": None,
    "addition_embed_type": "text_time", "addition_embed_type_num_heads": 64, "addition_time_embed_dim": 256,
}
SDXL = XL | {
    "block_out_channels": [320, 640, 1280], "attention_head_dim": [5, 10, 20], "cross_attention_dim": 2048,
    "transformer_layers_per_block": [1, 2, 10], "projection_class_embeddings_input_dim": 2816,
    "down_block_types": ["DownBlock2D"] + ["CrossAttnDownBlock2D"] * 2,
    "up_block_types": ["CrossAttnUpBlock2D"] * 2 + ["UpBlock2D"],
}
REFINER = XL | {
    "block_out_channels": [384, 768, 1536, 1536], "attention_head_dim": [6, 12, 24, 24], "cross_attention_dim": 1280,
    "transformer_layers_per_block": 4, "projection_class_embeddings_input_dim": 2560,
    "down_block_types": ["DownBlock2D"] + ["CrossAttnDownBlock2D"] * 2 + ["DownBlock2D"],
    "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 2 + ["UpBlock2D"],
}
VAE = {
    "block_out_channels": [128, 256, 512, 512], "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4, "layers_per_block": 2, "latent_channels": 4, "sample_size": 512,
}
CLIP_L = {
    "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12,
    "projection_dim": 768, "hidden_act": "quick_gelu", "bos_token_id": 0, "eos_token_id": 2,
}
OPENCLIP_H = CLIP_L | {
    "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 23, "num_attention_heads": 16,
    "projection_dim": 512, "hidden_act": "gelu",
}
OPENCLIP_G = CLIP_L | {
    "hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 20,
    "projection_dim": 1280, "hidden_act": "gelu",
}
XL_VAE = VAE | {"sample_size": 1024, "scaling_factor": 0.13025}
MODELS = {
    "sd15": {"unet": SD1, "vae": VAE, "text_encoder": CLIP_L},
    "sd21": {"unet": SD2, "text_encoder": OPENCLIP_H},
    "sdxl": {"unet": SDXL, "vae": XL_VAE, "text_encoder_2": OPENCLIP_G},
    "refiner": {"unet": REFINER},
    "inpainting": {"unet": SD1 | {"in_channels": 9}},
    "lcm": {"unet": SD1 | {"time_cond_proj_dim": 256}},
}
# Counts that the models' authors and users name; a slip above would miss them.
PUBLISHED = {
    ("sd15", "unet"): 859_520_964, ("sd15", "vae"): 83_653_863, ("sd15", "text_encoder"): 123_060_480,
    ("sd21", "unet"): 865_910_724, ("sdxl", "unet"): 2_567_463_684, ("sdxl", "text_encoder_2"): 694_659_840,
}


def build(part, config):
    """(the module on the meta device, its config as its file has it)."""
    with torch.device("meta"):
        if part in ("unet", "vae"):
            module = {"unet": UNet2DConditionModel, "vae": AutoencoderKL}[part].from_config(config)
            return module, json.loads(module.to_json_string())
        kind = CLIPTextModelWithProjection if part == "text_encoder_2" else CLIPTextModel
        module = kind(CLIPTextConfig(vocab_size=49408, max_position_embeddings=77, **config))
        return module, json.loads(module.config.to_json_string(use_diff=False)) | {"architectures": [kind.__name__]}


def describe(model, part, config):
    module, written = build(part, config)
    prefix = "text_model." if part == "text_encoder" else ""  # transformers 5 leaves it out
    shapes = {prefix + name: list(value.shape) for name, value in module.named_parameters()}
    if (model, part) in PUBLISHED:
        count = sum(value.numel() for value in module.parameters())
        assert count == PUBLISHED[model, part], f"{model} {part}: {count} parameters"
    return {"config": written, "tensors": shapes}


def make(ctx):
    if ctx.family == "sdxl":
        described = {
            model: {part: describe(model, part, config) for part, config in parts.items()}
            for model, parts in MODELS.items()
        }
        (ctx.out / "real_configs.json").write_text(json.dumps(described), encoding="utf-8")
