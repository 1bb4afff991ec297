"""Every sampler on every schedule with every prediction once more, by a UNet in place of the small function of samplers.py.

unet_samplers.safetensors holds what samplers.safetensors holds of its runs, and `context` [B,T,D], what the UNet is
told; sampler_unet/ is that UNet: a small one, which is asked thousands of times.
"""

import json

import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from safetensors.torch import save_file

import families
from sampler_cases import ALL_WAYS, OWN, SAMPLERS, SEEDS, SHAPE, TABLES, TIMESTEPS, all_case
from samplers import run_all

PREDICTIONS = ("epsilon", "v_prediction", "sample")


def cases():
    for sampler, (sampler_class, _) in SAMPLERS.items():
        yield from (all_case(sampler, "uniform", prediction, DDIMScheduler) for prediction in PREDICTIONS)
        if sampler_class not in TIMESTEPS and sampler not in TABLES:
            yield from (all_case(sampler, *way, DDIMScheduler) for way in ALL_WAYS)


def own_cases():
    for sampler in OWN:
        yield from (all_case(sampler, *way) for way in ALL_WAYS)
        for prediction in PREDICTIONS:
            if sampler not in SAMPLERS or prediction == "sample":  # the rest is drawn by diffusers
                yield all_case(sampler, "uniform", prediction)


def make_unet():
    unet = UNet2DConditionModel(
        sample_size=SHAPE[-1],
        block_out_channels=(16,),
        down_block_types=("DownBlock2D",),
        up_block_types=("UpBlock2D",),
        layers_per_block=1,
        attention_head_dim=4,
        cross_attention_dim=16,
        norm_num_groups=8,
    )
    families.randomise(unet, 14)
    with torch.no_grad():
        unet.time_embedding.linear_1.weight *= 0.1  # trained ones do not hang on a timestep's last digits either
    return unet


def make(ctx):
    if ctx.family != "sd1":
        return
    unet = make_unet()
    unet.save_pretrained(ctx.out / "sampler_unet")
    context = torch.randn(len(SEEDS), 5, unet.config.cross_attention_dim)

    @torch.no_grad()
    def network(x, timestep):
        return unet(x.float(), timestep, context).sample.to(x.dtype)

    tensors = {"context": context}
    runs = run_all(tensors, cases(), own_cases(), network)
    save_file(tensors, ctx.out / "unet_samplers.safetensors", metadata={"runs": json.dumps(runs)})
