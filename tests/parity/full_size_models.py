"""Models of the real sizes with random weights, as diffusers folders in fp16 (SD 1.5 and 2.1 2 GB, SDXL 7 GB)."""

import math
import shutil

import torch
from diffusers import EulerDiscreteScheduler, PNDMScheduler, StableDiffusionPipeline, StableDiffusionXLPipeline

import families
import real_configs

SHARED = {"vae": real_configs.VAE}


def random_part(part, config):
    """The network in fp16, one tensor at a time: SDXL in fp32 would not fit beside other things."""
    module = real_configs.build(part, config)[0].to(torch.float16).to_empty(device="cpu").eval()
    generator = torch.Generator().manual_seed(len(part))
    with torch.no_grad():
        for name, tensor in sorted(module.named_parameters()):
            noise = torch.randn(tensor.shape, generator=generator)
            if tensor.dim() >= 2:
                scale = 0.7 if "embedding.weight" in name else 1 / math.sqrt(tensor[0].numel())
                tensor.copy_(scale * noise)
            else:
                tensor.copy_(0.1 * noise if name.endswith("bias") else 1 + 0.2 * noise)
        for name, buffer in module.named_buffers():
            if name.endswith("position_ids"):
                buffer.copy_(torch.arange(buffer.numel()).view(buffer.shape))
    return module


def make_model(name, folder):
    """A diffusers folder as the published one is."""
    prediction = "v_prediction" if name == "sd21" else "epsilon"
    schedule = dict(families.STABLE_DIFFUSION, steps_offset=1, prediction_type=prediction)
    parts = {part: random_part(part, config) for part, config in (SHARED | real_configs.MODELS[name]).items()}
    parts["tokenizer"] = families.clip_tokenizer("<|endoftext|>")
    if name == "sdxl":
        parts["text_encoder"] = random_part("text_encoder", real_configs.CLIP_L)
        parts["tokenizer_2"] = families.clip_tokenizer("!")
        pipe = StableDiffusionXLPipeline(**parts, scheduler=EulerDiscreteScheduler(**schedule, timestep_spacing="leading"))
    else:
        pipe = StableDiffusionPipeline(**parts, scheduler=PNDMScheduler(**schedule, skip_prk_steps=True), **families.NO_EXTRAS)
    staged = folder.with_name(folder.name + ".partial")
    shutil.rmtree(staged, ignore_errors=True)
    families.save_pipeline(pipe, staged)
    staged.rename(folder)
