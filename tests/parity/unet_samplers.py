"""Every step of every sampler once more, with the family's tiny UNet in place of the small function of samplers.py.

unet_samplers.safetensors holds what samplers.safetensors holds of its runs, and `context` [B,T,D], what the UNet is told.
"""

import json

import torch
from diffusers import DDIMScheduler
from safetensors.torch import save_file

from sampler_cases import ONE, OWN, SAMPLERS, SEEDS, TIMESTEPS
from samplers import run_all

STEPS = 5
WAYS = [("epsilon", "uniform"), ("v_prediction", "karras")]


def cases():
    for prediction, schedule in WAYS:
        config = {**ONE, "prediction_type": prediction}
        for sampler, (sampler_class, _) in SAMPLERS.items():
            if schedule == "uniform" or sampler_class not in TIMESTEPS:
                name = f"{prediction}-{sampler} {schedule}"
                yield name, DDIMScheduler, config, sampler, STEPS, {"schedule": schedule}


def own_cases():
    for prediction, schedule in WAYS:
        for sampler in OWN:
            if sampler not in SAMPLERS:
                config = {**ONE, "prediction_type": prediction}
                yield f"{prediction}-{sampler} {schedule}", config, sampler, STEPS, {"schedule": schedule}


def make(ctx):
    if ctx.family != "sd1":
        return
    unet = ctx.pipe.unet
    context = torch.randn(len(SEEDS), ctx.pipe.tokenizer.model_max_length, unet.config.cross_attention_dim)

    @torch.no_grad()
    def network(x, timestep):
        return unet(x.float(), timestep, context).sample.to(x.dtype)

    tensors = {"context": context}
    runs = run_all(tensors, cases(), own_cases(), network)
    save_file(tensors, ctx.out / "unet_samplers.safetensors", metadata={"runs": json.dumps(runs)})
