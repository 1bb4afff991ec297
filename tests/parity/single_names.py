"""The web UIs' names of diffusers' tensors, each way proven by diffusers' own converter when it is used.

to_single(parts) -> {single-file name: tensor}. parts: {"unet": (state dict, config), ...}. Works on the meta device.
"""

import torch
from diffusers.loaders import single_file_utils as peer

RESNET = (("norm1", "in_layers.0"), ("conv1", "in_layers.2"), ("time_emb_proj", "emb_layers.1"),
          ("norm2", "out_layers.0"), ("conv2", "out_layers.3"), ("conv_shortcut", "skip_connection"))
TOP = {"time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
       "add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2",
       "conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2"}
OPENCLIP = (("text_model.final_layer_norm", "ln_final"), ("text_model.encoder.layers", "transformer.resblocks"),
            ("layer_norm", "ln_"), ("self_attn.out_proj", "attn.out_proj"), ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj"),
            ("text_model.embeddings.token_embedding", "token_embedding"),
            ("text_model.embeddings.position_embedding.weight", "positional_embedding"))


def renamed(name, pairs):
    for ours, theirs in pairs:
        name = name.replace(ours, theirs)
    return name


def unet_name(name, config):
    """One name, from the numbers in it alone."""
    words = name.split(".")
    for ours, theirs in TOP.items():
        if name.startswith(ours + "."):
            return theirs + name[len(ours):]
    each = config["layers_per_block"] + 1
    if words[0] == "mid_block":
        place = {"resnets.0": "0", "attentions.0": "1", "resnets.1": "2"}[".".join(words[1:3])]
        return f"middle_block.{place}." + renamed(".".join(words[3:]), RESNET if words[1] == "resnets" else ())
    level, kind, layer, rest = int(words[1]), words[2], int(words[3]), ".".join(words[4:])
    if kind == "downsamplers":
        return f"input_blocks.{(level + 1) * each}.0.op." + words[-1]
    if kind == "upsamplers":
        attends = config["up_block_types"][level].startswith("CrossAttn")
        return f"output_blocks.{(level + 1) * each - 1}.{2 if attends else 1}.conv." + words[-1]
    block = f"input_blocks.{1 + level * each + layer}" if words[0] == "down_blocks" else f"output_blocks.{level * each + layer}"
    return f"{block}.0." + renamed(rest, RESNET) if kind == "resnets" else f"{block}.1." + rest


def vae_name(name, levels):
    words = name.split(".")
    if words[1] == "up_blocks":
        words[2] = str(levels - 1 - int(words[2]))
    pairs = (("down_blocks", "down"), ("up_blocks", "up"), ("mid_block.attentions.0", "mid.attn_1"),
             ("mid_block.resnets.0", "mid.block_1"), ("mid_block.resnets.1", "mid.block_2"), (".resnets", ".block"),
             ("downsamplers.0", "downsample"), ("upsamplers.0", "upsample"), ("conv_shortcut", "nin_shortcut"),
             ("conv_norm_out", "norm_out"), ("group_norm", "norm"), ("to_q", "q"), ("to_k", "k"), ("to_v", "v"),
             ("to_out.0", "proj_out"))
    return renamed(".".join(words), pairs)


def open_clip(state):
    tensors = {}
    for name, tensor in state.items():
        if ".q_proj." in name:
            three = [state[name.replace("q_proj", other)] for other in ("q_proj", "k_proj", "v_proj")]
            single = renamed(name, OPENCLIP).replace("self_attn.q_proj.", "attn.in_proj_")
            tensors[single] = torch.cat(three)
        elif name == "text_projection.weight":
            tensors["text_projection"] = tensor.t().contiguous()
        elif ".k_proj." not in name and ".v_proj." not in name:
            tensors[renamed(name, OPENCLIP)] = tensor
    return tensors


def with_prefix(prefix, tensors):
    return {prefix + name: tensor for name, tensor in tensors.items()}


def text_prefixes(parts):
    """part -> (prefix, whether OpenCLIP's names stand behind it)."""
    if "text_encoder_2" not in parts:
        gelu = parts["text_encoder"][1]["hidden_act"] == "gelu"
        return {"text_encoder": ("cond_stage_model.model.", True) if gelu else ("cond_stage_model.transformer.", False)}
    if "text_encoder" not in parts:
        return {"text_encoder_2": ("conditioner.embedders.0.model.", True)}
    return {"text_encoder": ("conditioner.embedders.0.transformer.", False),
            "text_encoder_2": ("conditioner.embedders.1.model.", True)}


def same(ours, theirs, what):
    assert set(ours) == set(theirs), f"{what}: {sorted(set(ours) ^ set(theirs))[:10]}"
    for name, tensor in theirs.items():
        assert tensor.shape == ours[name].shape, f"{what}: {name}"
        assert tensor.is_meta or torch.equal(tensor, ours[name]), f"{what}: {name}"


class Bare:
    """What the peer's OpenCLIP converter asks of a text model."""

    def __init__(self, config):
        self.config = type("Config", (), config)


def check(tensors, parts):
    """diffusers' converters make of the single file just the state dicts that it was made of."""
    if "unet" in parts:
        state, config = parts["unet"]
        same(peer.convert_ldm_unet_checkpoint(dict(tensors), config), state, "unet")
    if "vae" in parts:
        state, config = parts["vae"]
        same(peer.convert_ldm_vae_checkpoint(dict(tensors), config), state, "vae")
    for part, (prefix, is_open) in (text_prefixes(parts).items() if any(p.startswith("text") for p in parts) else ()):
        state, config = parts[part]
        found = (peer.convert_open_clip_checkpoint(Bare(config), dict(tensors), prefix=prefix) if is_open
                 else peer.convert_ldm_clip_checkpoint(dict(tensors), remove_prefix=prefix))
        same(found, state, part)


def to_single(parts):
    tensors = {}
    if "unet" in parts:
        state, config = parts["unet"]
        tensors |= with_prefix("model.diffusion_model.", {unet_name(name, config): value for name, value in state.items()})
    if "vae" in parts:
        state, config = parts["vae"]
        levels = len(config["block_out_channels"])
        for name, value in state.items():
            single = vae_name(name, levels)
            if ".mid.attn_1." in single and single.endswith("weight") and value.dim() == 2:
                value = value[:, :, None, None]
            tensors["first_stage_model." + single] = value
    if any(part.startswith("text") for part in parts):
        for part, (prefix, is_open) in text_prefixes(parts).items():
            state = parts[part][0]
            tensors |= with_prefix(prefix, open_clip(state) if is_open else state)
    check(tensors, parts)
    return tensors
