"""Pictures from pictures by diffusers' img2img and inpainting pipelines, and second passes at a larger size.

start_pictures.safetensors holds init [H, W, 3] and mask [H, W] uint8, and <case> [n, h, w, 3] uint8 for each case of the
metadata's "cases" (JSON, with the names of `generate`'s options), picture i with the generator seed + i.
"""

import json
from types import MethodType

import numpy
import torch
from diffusers import (
    DDIMScheduler,
    DiffusionPipeline,
    DPMSolverMultistepScheduler,
    DPMSolverSinglestepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    KDPM2DiscreteScheduler,
    LCMScheduler,
    PNDMScheduler,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionInpaintPipeline,
    StableDiffusionXLImg2ImgPipeline,
    StableDiffusionXLInpaintPipeline,
    UniPCMultistepScheduler,
)
from diffusers.utils import logging
from PIL import Image
from safetensors.torch import save_file

SCHEDULERS = {
    "": None,  # the folder's own
    "DDIM": (DDIMScheduler, {}),
    "Euler": (EulerDiscreteScheduler, {}),
    "Euler a": (EulerAncestralDiscreteScheduler, {}),
    "DPM++ 2M Karras": (DPMSolverMultistepScheduler, {"use_karras_sigmas": True}),
    "DPM++ 2S": (DPMSolverSinglestepScheduler, {}),
    "DPM2 Karras": (KDPM2DiscreteScheduler, {"use_karras_sigmas": True}),
    "UniPC": (UniPCMultistepScheduler, {}),
    "PLMS": (PNDMScheduler, {"skip_prk_steps": True}),
    "Heun": (HeunDiscreteScheduler, {}),
    "LCM": (LCMScheduler, {}),
}
COMMON = {"prompt": "a photo of a cat, in the snow", "negative_prompt": "", "num_inference_steps": 8, "strength": 0.75,
          "guidance_scale": 5.0, "scheduler": "", "num_images": 1, "seed": 7}


def image_cases(pipe):
    yield {**COMMON, "name": "plain", "num_images": 3}
    yield {**COMMON, "name": "whole", "strength": 1.0, "negative_prompt": "dark"}
    yield {**COMMON, "name": "weak", "strength": 0.3, "num_inference_steps": 11, "scheduler": "Euler"}
    yield {**COMMON, "name": "unguided", "guidance_scale": 1.0, "scheduler": "Euler a", "num_images": 2}


def sampler_cases(pipe):
    for scheduler in SCHEDULERS:
        if scheduler == "PLMS" and pipe.scheduler.config.set_alpha_to_one:
            continue
        yield {**COMMON, "name": f"sampler-{scheduler}", "scheduler": scheduler, "strength": 0.6,
               "num_inference_steps": 9}


def masked_cases(pipe):
    masked = {**COMMON, "mask": True}
    yield {**masked, "name": "masked", "num_images": 2}
    yield {**masked, "name": "masked-whole", "strength": 1.0}
    yield {**masked, "name": "masked-ancestral", "scheduler": "Euler a", "num_images": 2}
    yield {**masked, "name": "masked-ancestral-whole", "scheduler": "Euler a", "strength": 1.0}
    yield {**masked, "name": "masked-solver", "scheduler": "DPM++ 2M Karras", "negative_prompt": "dark"}
    yield {**masked, "name": "masked-unipc", "scheduler": "UniPC", "strength": 0.5, "guidance_scale": 1.0}
    side = pipe.unet.config.sample_size * pipe.vae_scale_factor
    closer = {**masked, "inpaint_masked_only": True, "mask_padding": 6, "height": side, "width": side}
    yield {**closer, "name": "closer", "strength": 0.6}
    yield {**closer, "name": "closer-whole", "strength": 1.0, "scheduler": "Euler"}


def hires_cases(pipe):
    hires = {**COMMON, "hires_scale": 1.5, "hires_strength": 0.5}
    yield {**hires, "name": "hires", "num_images": 2}
    yield {**hires, "name": "hires-latent", "hires_upscaler": "latent", "scheduler": "Euler", "hires_steps": 5}


CASES = {
    "sd1": (image_cases, masked_cases),
    "sd2": (image_cases, sampler_cases),
    "starter": (image_cases, masked_cases, hires_cases),
    "sdxl": (image_cases, masked_cases, hires_cases),
    "refiner": (image_cases,),
    "inpaint": (masked_cases,),
    "sdxl_inpaint": (masked_cases,),
}


def pictures(side):
    """A picture with both smooth and fine parts, and a mask whose edges lie between latent cells."""
    generator = torch.Generator().manual_seed(3)
    y, x = torch.meshgrid(torch.linspace(0, 1, side), torch.linspace(0, 1, side), indexing="ij")
    smooth = torch.stack([x, y, (x * y * 3) % 1])
    init = (smooth * 200 + torch.rand(3, side, side, generator=generator) * 55).to(torch.uint8).permute(1, 2, 0)
    mask = (((x - 0.55) / 0.32) ** 2 + ((y - 0.45) / 0.27) ** 2 < 1).to(torch.uint8) * 255
    return init.contiguous(), mask


def correct_start_of_pndm(pipe):
    """PNDM's list of timesteps repeats its second one, for a first step that is taken twice. The pipelines cut that list
    one timestep too early and leave the repetition behind; here it is made as if the run began where it is cut."""

    def get_timesteps(self, num_inference_steps, strength, device):
        skipped = num_inference_steps - min(int(num_inference_steps * strength), num_inference_steps)
        left = self.scheduler.timesteps.unique().flip(0)[skipped:]
        return torch.cat([left[:2], left[1:]]), num_inference_steps - skipped

    pipe.get_timesteps = MethodType(get_timesteps, pipe)


class Peers:
    """diffusers' pipelines around one model."""

    def __init__(self, pipe):
        self.own, parts = pipe, pipe.components
        if hasattr(pipe, "text_encoder_2"):
            extras = {"requires_aesthetics_score": pipe.config.get("requires_aesthetics_score", False),
                      "force_zeros_for_empty_prompt": pipe.config.force_zeros_for_empty_prompt}
            image, masked = StableDiffusionXLImg2ImgPipeline, StableDiffusionXLInpaintPipeline
        else:
            extras = {"requires_safety_checker": False}
            image, masked = StableDiffusionImg2ImgPipeline, StableDiffusionInpaintPipeline
        self.image, self.masked = image(**parts, **extras), masked(**parts, **extras)
        for one in (self.own, self.image, self.masked):
            one.set_progress_bar_config(disable=True)

    def with_scheduler(self, name):
        own = self.own.scheduler
        if name:
            scheduler_class, changes = SCHEDULERS[name]
            own = scheduler_class.from_config(own.config, **changes)
        for one in (self.image, self.masked):
            one.scheduler = own
        if name == "PLMS":
            correct_start_of_pndm(self.image)
        else:
            self.image.__dict__.pop("get_timesteps", None)
        return own


def generator_of(case, i):
    return torch.Generator().manual_seed(case["seed"] + i)


def arguments_of(case):
    return {
        "prompt": case["prompt"],
        "negative_prompt": case["negative_prompt"] or None,
        "num_inference_steps": case["num_inference_steps"],
        "guidance_scale": case["guidance_scale"],
    }


def drawn_larger(peers, scheduler, case, i):
    """Two passes, the second with the generator anew."""
    latent = case.get("hires_upscaler") == "latent"
    own, peers.own.scheduler = peers.own.scheduler, scheduler
    arguments = arguments_of(case)
    kind = "latent" if latent else "pil"
    first = peers.own(**arguments, generator=[generator_of(case, i)], output_type=kind).images
    peers.own.scheduler = own
    side = int(peers.own.unet.config.sample_size * case["hires_scale"])
    if latent:
        image = torch.nn.functional.interpolate(first, size=(side, side), mode="bilinear")
    else:
        image = first[0].resize((side * peers.own.vae_scale_factor,) * 2, Image.Resampling.LANCZOS)
    arguments["num_inference_steps"] = case.get("hires_steps", case["num_inference_steps"])
    return peers.image(**arguments, image=image, strength=case["hires_strength"], generator=[generator_of(case, i)])


def draw_one(peers, case, i, init, mask):
    scheduler = peers.with_scheduler(case["scheduler"])
    if "hires_scale" in case:
        return drawn_larger(peers, scheduler, case, i).images[0]
    arguments = arguments_of(case) | {"image": init, "strength": case["strength"], "generator": [generator_of(case, i)]}
    if not case.get("mask"):
        return peers.image(**arguments).images[0]
    if case.get("inpaint_masked_only"):
        arguments |= {"padding_mask_crop": case["mask_padding"]}
    return peers.masked(**arguments, mask_image=mask, height=init.height, width=init.width).images[0]


def draw(peers, case, init, mask):
    drawn = [draw_one(peers, case, i, init, mask) for i in range(case["num_images"])]
    return torch.from_numpy(numpy.stack([numpy.asarray(picture) for picture in drawn]))


def make(ctx):
    if ctx.family not in CASES:
        return
    logging.set_verbosity_error()  # of a VAE that is told its own type
    peers = Peers(DiffusionPipeline.from_pretrained(ctx.model_dir))
    init, mask = pictures(peers.own.unet.config.sample_size * peers.own.vae_scale_factor)
    files = Image.fromarray(init.numpy()), Image.fromarray(mask.numpy())
    done = [case for cases in CASES[ctx.family] for case in cases(peers.own)]
    tensors = {case["name"]: draw(peers, case, *files) for case in done}
    tensors |= {"init": init, "mask": mask}
    save_file(tensors, ctx.out / "start_pictures.safetensors", metadata={"cases": json.dumps(done)})
