"""Whole pictures by diffusers' StableDiffusionPipeline on the family's folder, picture i with the generator seed + i.

pictures.safetensors holds <case> [n, H, W, 3] uint8 for each case of the metadata's "cases" (JSON, with the names of
`generate`'s options).
"""

import json

import numpy
import torch
from diffusers import (
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    StableDiffusionPipeline,
)
from safetensors.torch import save_file

SCHEDULERS = {
    "": None,  # the folder's own
    "Euler": (EulerDiscreteScheduler, {}),
    "Euler a": (EulerAncestralDiscreteScheduler, {}),
    "DPM++ 2M Karras": (DPMSolverMultistepScheduler, {"use_karras_sigmas": True}),
    "DPMSolverMultistepScheduler": (DPMSolverMultistepScheduler, {}),
}


def cases(pipe):
    factor, side = pipe.vae_scale_factor, pipe.unet.config.sample_size
    common = {"prompt": "a photo of a cat, in the snow", "negative_prompt": "", "num_inference_steps": 8,
              "guidance_scale": 7.5, "scheduler": "", "num_images": 2, "seed": 7}
    yield {**common, "name": "plain", "num_images": 3}
    yield {**common, "name": "negative", "negative_prompt": "blurry, dark", "seed": 100}
    yield {**common, "name": "unguided", "guidance_scale": 1.0, "negative_prompt": "ignored"}
    yield {**common, "name": "unguided-euler", "guidance_scale": 1.0, "scheduler": "Euler"}
    yield {**common, "name": "euler", "scheduler": "Euler", "guidance_scale": 3.0}
    yield {**common, "name": "ancestral", "scheduler": "Euler a", "num_images": 3}
    yield {**common, "name": "karras", "scheduler": "DPM++ 2M Karras"}
    yield {**common, "name": "solver", "scheduler": "DPMSolverMultistepScheduler", "num_inference_steps": 16}
    yield {**common, "name": "wide", "height": side * factor, "width": side * factor * 3 // 2, "num_images": 1}
    # Latent sides that do not halve evenly: the UNet must grow back to the sizes it came from. (diffusers wants
    # multiples of 8 pixels whatever the factor.)
    odd = max(factor, 8)
    yield {**common, "name": "odd", "height": 9 * odd, "width": 13 * odd, "num_images": 1}
    yield {**common, "name": "long", "prompt": "a red house and a blue boat " * 20, "num_images": 1}
    yield {**common, "name": "empty", "prompt": "", "num_images": 1}


def draw(pipe, case):
    own = pipe.scheduler
    if case["scheduler"]:
        scheduler_class, changes = SCHEDULERS[case["scheduler"]]
        pipe.scheduler = scheduler_class.from_config(own.config, **changes)
    generators = [torch.Generator().manual_seed(case["seed"] + i) for i in range(case["num_images"])]
    pictures = pipe(
        case["prompt"],
        negative_prompt=case["negative_prompt"],
        num_inference_steps=case["num_inference_steps"],
        guidance_scale=case["guidance_scale"],
        height=case.get("height"),
        width=case.get("width"),
        num_images_per_prompt=case["num_images"],
        generator=generators,
        output_type="pil",
    ).images
    pipe.scheduler = own
    return torch.from_numpy(numpy.stack([numpy.asarray(picture) for picture in pictures]))


def make(ctx):
    # Loaded anew, as a person does: the scheduler's file on disk spells out its defaults, which changes from_config.
    pipe = StableDiffusionPipeline.from_pretrained(ctx.model_dir)
    pipe.set_progress_bar_config(disable=True)
    done = list(cases(pipe))
    tensors = {case["name"]: draw(pipe, case) for case in done}
    save_file(tensors, ctx.out / "pictures.safetensors", metadata={"cases": json.dumps(done)})
