"""Whole pictures by diffusers' own pipeline of the family's folder, picture i with the generator seed + i.

pictures.safetensors holds <case> [n, H, W, 3] uint8 for each case of the metadata's "cases" (JSON, with the names of
`generate`'s options).
"""

import json

import numpy
import torch
from diffusers import (
    DDIMScheduler,
    DiffusionPipeline,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    PNDMScheduler,
    StableDiffusionPipeline,
)
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image
from safetensors.torch import save_file

SCHEDULERS = {
    "": None,  # the folder's own
    "DDIM": (DDIMScheduler, {}),
    "Euler": (EulerDiscreteScheduler, {}),
    "Euler a": (EulerAncestralDiscreteScheduler, {}),
    "DPM++ 2M Karras": (DPMSolverMultistepScheduler, {"use_karras_sigmas": True}),
    "DPMSolverMultistepScheduler": (DPMSolverMultistepScheduler, {}),
    "PLMS": (PNDMScheduler, {"skip_prk_steps": True}),
    "Heun": (HeunDiscreteScheduler, {}),
}
COMMON = {"prompt": "a photo of a cat, in the snow", "negative_prompt": "", "num_inference_steps": 8,
          "guidance_scale": 7.5, "scheduler": "", "num_images": 2, "seed": 7}


def stable_diffusion_cases(pipe):
    factor, side = pipe.vae_scale_factor, pipe.unet.config.sample_size
    yield {**COMMON, "name": "plain", "num_images": 3}
    yield {**COMMON, "name": "negative", "negative_prompt": "blurry, dark", "seed": 100}
    yield {**COMMON, "name": "unguided", "guidance_scale": 1.0, "negative_prompt": "ignored"}
    yield {**COMMON, "name": "unguided-euler", "guidance_scale": 1.0, "scheduler": "Euler"}
    yield {**COMMON, "name": "euler", "scheduler": "Euler", "guidance_scale": 3.0}
    yield {**COMMON, "name": "ancestral", "scheduler": "Euler a", "num_images": 3}
    yield {**COMMON, "name": "karras", "scheduler": "DPM++ 2M Karras"}
    yield {**COMMON, "name": "solver", "scheduler": "DPMSolverMultistepScheduler", "num_inference_steps": 16}
    yield {**COMMON, "name": "wide", "height": side * factor, "width": side * factor * 3 // 2, "num_images": 1}
    # Latent sides that do not halve evenly: the UNet must grow back to the sizes it came from. (diffusers wants
    # multiples of 8 pixels whatever the factor.)
    odd = max(factor, 8)
    yield {**COMMON, "name": "odd", "height": 9 * odd, "width": 13 * odd, "num_images": 1}
    yield {**COMMON, "name": "long", "prompt": "a red house and a blue boat " * 20, "num_images": 1,
           "prompt_syntax": "plain"}
    yield {**COMMON, "name": "brackets", "prompt": "a (red:1.3) [house|boat]", "num_images": 1,
           "prompt_syntax": "plain"}
    # The web UIs count the layers from the last, 1; diffusers those that it leaves out more than it does anyhow.
    # Without guidance: diffusers leaves no layer out of the negative prompt, the web UIs do.
    own_layer = 2 if hasattr(pipe, "text_encoder_2") else 1
    yield {**COMMON, "name": "clip-skip", "guidance_scale": 1.0, "num_images": 1, "clip_skip": own_layer + 1,
           "left_out": 1}
    yield {**COMMON, "name": "empty", "prompt": "", "num_images": 1}
    yield {**COMMON, "name": "rescaled", "guidance_rescale": 0.7, "num_images": 1}
    # diffusers' Heun does not know zero terminal SNR.
    if not pipe.scheduler.config.get("rescale_betas_zero_snr"):
        yield {**COMMON, "name": "heun", "scheduler": "Heun", "num_images": 1}
    if pipe.scheduler.config.get("set_alpha_to_one") is False:
        yield {**COMMON, "name": "plms", "scheduler": "PLMS"}


def sdxl_cases(pipe):
    yield from stable_diffusion_cases(pipe)
    sizes = {"original_height": 480, "original_width": 640, "crop_top": 0, "crop_left": 80, "target_height": 1024,
             "target_width": 512}
    yield {**COMMON, "name": "sizes", **sizes}
    yield {**COMMON, "name": "ddim", "scheduler": "DDIM", "negative_prompt": "dark"}


def refiner_cases(pipe):
    yield {**COMMON, "name": "plain", "num_images": 3}
    yield {**COMMON, "name": "scores", "negative_prompt": "dark", "aesthetic_score": 9.0,
           "negative_aesthetic_score": 1.0, "original_height": 480, "original_width": 640, "crop_left": 80}
    yield {**COMMON, "name": "unguided", "guidance_scale": 1.0}


def turbo_cases(pipe):
    yield {**COMMON, "name": "one-step", "guidance_scale": 0.0, "num_inference_steps": 1, "num_images": 3}
    yield {**COMMON, "name": "four-steps", "guidance_scale": 0.0, "num_inference_steps": 4}
    yield {**COMMON, "name": "euler", "scheduler": "Euler", "guidance_scale": 0.0, "num_inference_steps": 1}


def inpaint_cases(pipe):
    yield {**COMMON, "name": "plain", "num_images": 3}
    yield {**COMMON, "name": "ancestral", "scheduler": "Euler a", "negative_prompt": "dark"}
    yield {**COMMON, "name": "unguided", "guidance_scale": 1.0, "height": 48, "width": 80}


def sdxl_inpaint_cases(pipe):
    yield {**COMMON, "name": "plain", "num_images": 3}
    yield {**COMMON, "name": "negative", "negative_prompt": "dark", "num_images": 1}
    yield {**COMMON, "name": "ancestral", "scheduler": "Euler a", "num_images": 1}


def lcm_cases(pipe):
    yield {**COMMON, "name": "four-steps", "num_inference_steps": 4, "guidance_scale": 8.5, "num_images": 3}
    yield {**COMMON, "name": "one-step", "num_inference_steps": 1}
    yield {**COMMON, "name": "weak", "num_inference_steps": 3, "guidance_scale": 1.0}
    yield {**COMMON, "name": "ddim", "scheduler": "DDIM"}


CASES = {
    "sdxl": sdxl_cases,
    "refiner": refiner_cases,
    "turbo": turbo_cases,
    "inpaint": inpaint_cases,
    "sdxl_inpaint": sdxl_inpaint_cases,
    "lcm": lcm_cases,
}
INPAINTING = ("inpaint", "sdxl_inpaint")


def size_arguments(case):
    """SDXL's sizes as its pipelines take them; a side that is left open is the picture's own, as with them."""
    if "original_height" not in case:
        return {}
    arguments = {
        "original_size": (case["original_height"], case["original_width"]),
        "crops_coords_top_left": (case.get("crop_top", 0), case.get("crop_left", 0)),
    }
    if "target_height" in case:
        arguments["target_size"] = (case["target_height"], case["target_width"])
    return arguments


def run(pipe, family, case, generators):
    """The family's pipeline on one case."""
    count = len(generators)
    arguments = {
        "prompt": case["prompt"],
        "negative_prompt": case["negative_prompt"] or None,
        "num_inference_steps": case["num_inference_steps"],
        "guidance_scale": case["guidance_scale"],
        "num_images_per_prompt": count,
        "generator": generators,
        "height": case.get("height"),
        "width": case.get("width"),
        **({"guidance_rescale": case["guidance_rescale"]} if "guidance_rescale" in case else {}),
        **({"clip_skip": case["left_out"]} if "left_out" in case else {}),
        **size_arguments(case),
    }
    if family in INPAINTING:
        side = pipe.unet.config.sample_size * pipe.vae_scale_factor
        size = (case.get("width") or side, case.get("height") or side)
        arguments |= {"image": Image.new("RGB", size), "mask_image": Image.new("L", size, 255), "strength": 1.0}
    elif family == "lcm" and case["scheduler"]:
        # The pipeline of consistency models wants their own scheduler, this one takes any.
        pipe = StableDiffusionPipeline(**pipe.components, requires_safety_checker=False)
        pipe.set_progress_bar_config(disable=True)
    elif family == "lcm":
        del arguments["negative_prompt"]
    elif family == "refiner":
        pipe.scheduler.set_timesteps(case["num_inference_steps"])
        side = pipe.unet.config.sample_size
        noise = randn_tensor((count, 4, side, side), generator=generators)
        arguments |= {
            "image": torch.zeros(count, 3, 8, 8),  # must be there; latents stand in its place
            "latents": noise * pipe.scheduler.init_noise_sigma,
            "strength": 1.0,
            # Else the two sides of guidance would see different crops, which this pipeline alone has.
            "negative_crops_coords_top_left": (case.get("crop_top", 0), case.get("crop_left", 0)),
            "aesthetic_score": case.get("aesthetic_score", 6.0),
            "negative_aesthetic_score": case.get("negative_aesthetic_score", 2.5),
        }
        arguments = {name: value for name, value in arguments.items() if name not in ("height", "width")}
    return pipe(**arguments, output_type="pil").images


def draw(pipe, family, case):
    own = pipe.scheduler
    if case["scheduler"]:
        scheduler_class, changes = SCHEDULERS[case["scheduler"]]
        pipe.scheduler = scheduler_class.from_config(own.config, **changes)
    generators = [torch.Generator().manual_seed(case["seed"] + i) for i in range(case["num_images"])]
    # For all pictures of a call the inpainting pipelines draw the first one's hidden latents.
    batches = [[one] for one in generators] if family in INPAINTING else [generators]
    pictures = [picture for batch in batches for picture in run(pipe, family, case, batch)]
    pipe.scheduler = own
    return torch.from_numpy(numpy.stack([numpy.asarray(picture) for picture in pictures]))


def with_text_model(pipe):
    """diffusers looks for the final norm in text_encoder.text_model, which newer transformers no longer have."""
    if not hasattr(pipe.text_encoder, "text_model") and pipe.text_encoder is not None:
        object.__setattr__(pipe.text_encoder, "text_model", pipe.text_encoder)
    return pipe


def make(ctx):
    # Loaded anew, as a person does: the scheduler's file on disk spells out its defaults, which changes from_config.
    pipe = with_text_model(DiffusionPipeline.from_pretrained(ctx.model_dir))
    pipe.set_progress_bar_config(disable=True)
    done = list(CASES.get(ctx.family, stable_diffusion_cases)(pipe))
    tensors = {case["name"]: draw(pipe, ctx.family, case) for case in done}
    save_file(tensors, ctx.out / "pictures.safetensors", metadata={"cases": json.dumps(done)})
