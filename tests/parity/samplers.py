"""Every step of every sampler, by diffusers' schedulers: one run for each sampler, spacing, prediction and beta schedule.

The network is a small fixed function that both sides compute, so a difference is the sampler's alone. Needs no
pipeline: made once, for the first family. Run by itself: samplers.py OUT (writes OUT/sd1/samplers.safetensors).

samplers.safetensors holds, for each run of the metadata's "runs" (JSON: name, scheduler_config, sampler, steps, seeds):
  <name>.x          [steps + 1, B, 4, 6, 6]: the first latents, then those after each step
  <name>.timesteps  [steps], as the network is told
and betas.<name>, alphas_cumprod.<name>, noisy.<name>, velocity.<name> for the schedules alone, torch.randn's numbers in
randn.<shape>.
"""

import json
import math
import sys
from pathlib import Path

import torch
from diffusers import (
    DDIMScheduler,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    LCMScheduler,
    PNDMScheduler,
)
from diffusers.utils.torch_utils import randn_tensor
from safetensors.torch import save_file

SEEDS = [11, 12]
SHAPE = (len(SEEDS), 4, 6, 6)

# The web UIs' name -> diffusers' class and what a person changes in from_config.
SAMPLERS = {
    "DDIM": (DDIMScheduler, {}),
    "Euler": (EulerDiscreteScheduler, {}),
    "Euler Karras": (EulerDiscreteScheduler, {"use_karras_sigmas": True}),
    "Euler a": (EulerAncestralDiscreteScheduler, {}),
    "DPM++ 2M Uniform": (DPMSolverMultistepScheduler, {"use_karras_sigmas": False}),
    "DPM++ 2M Karras": (DPMSolverMultistepScheduler, {"use_karras_sigmas": True}),
    "LCM": (LCMScheduler, {}),
}
NOISY = (EulerAncestralDiscreteScheduler, LCMScheduler)  # take fresh noise at each step
STABLE_DIFFUSION = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "clip_sample": False}
BETAS = {
    "scaled": STABLE_DIFFUSION,
    "linear": {"beta_schedule": "linear", "beta_start": 0.0001, "beta_end": 0.02, "clip_sample": False},
    "zsnr": {**STABLE_DIFFUSION, "rescale_betas_zero_snr": True},
}


def network(x, timestep):
    """Stands in for the UNet; the tests' C++ has the same line."""
    return 0.7 * torch.tanh(x) + 0.2 * math.sin(0.01 * float(timestep))


def draw(scheduler, steps):
    generators = [torch.Generator().manual_seed(seed) for seed in SEEDS]
    scheduler.set_timesteps(steps)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)  # else the solver starts at the second of two equal timesteps and runs off the end
    x = randn_tensor(SHAPE, generator=generators, device=torch.device("cpu"), dtype=torch.float32)
    x = x * scheduler.init_noise_sigma
    noise = {"generator": generators} if isinstance(scheduler, NOISY) else {}
    xs = [x]
    for t in scheduler.timesteps:
        output = network(scheduler.scale_model_input(x, t), t)
        x = scheduler.step(output, t, x, **noise, return_dict=False)[0]
        xs.append(x)
    return torch.stack(xs), scheduler.timesteps.float()


def grid():
    """(name, folder's class, scheduler_config.json, sampler, steps) of the full grid and of the odd cases."""
    for betas, config in BETAS.items():
        for spacing in ("leading", "trailing", "linspace"):
            for prediction in ("epsilon", "v_prediction", "sample"):
                for sampler in SAMPLERS:
                    if sampler == "Euler a" and prediction == "sample":
                        continue  # not in diffusers
                    if sampler in ("DDIM", "LCM") and betas == "zsnr" and prediction == "epsilon":
                        continue  # divides by zero: such a model must predict v or x0
                    full = {**config, "timestep_spacing": spacing, "prediction_type": prediction, "steps_offset": 1}
                    name = f"{betas}-{spacing}-{prediction}-{sampler}"
                    yield name, DDIMScheduler, full, sampler, 7

    one = {**STABLE_DIFFUSION, "prediction_type": "v_prediction"}
    pndm = {**STABLE_DIFFUSION, "set_alpha_to_one": False, "skip_prk_steps": True, "steps_offset": 1}
    for sampler in SAMPLERS:
        yield f"twenty-{sampler}", DDIMScheduler, one, sampler, 20
        yield f"single-{sampler}", DDIMScheduler, one, sampler, 1
        yield f"two-{sampler}", DDIMScheduler, one, sampler, 2
        yield f"sd14-folder-{sampler}", PNDMScheduler, pndm, sampler, 6  # names no spacing
        yield f"cosine-{sampler}", DDIMScheduler, {**one, "beta_schedule": "squaredcos_cap_v2"}, sampler, 6
        yield f"ties-{sampler}", DDIMScheduler, {**one, "timestep_spacing": "trailing"}, sampler, 48
        short = {**one, "num_train_timesteps": 100, "beta_end": 0.05}
        yield f"short-{sampler}", DDIMScheduler, short, sampler, 9
        trained = {"trained_betas": [0.001 * (i + 1) for i in range(40)], "clip_sample": False,
                   "original_inference_steps": 20}
        yield f"trained-{sampler}", DDIMScheduler, {**trained, "num_train_timesteps": 40}, sampler, 5
        solver = {**one, "final_sigmas_type": "sigma_min"}
        yield f"sigma-min-{sampler}", DPMSolverMultistepScheduler, solver, sampler, 6
        yield f"sigma-min-long-{sampler}", DPMSolverMultistepScheduler, solver, sampler, 17
        yield f"euler-at-final-{sampler}", DPMSolverMultistepScheduler, {**solver, "euler_at_final": True}, sampler, 17
        high = {**solver, "lower_order_final": False}
        yield f"second-order-final-{sampler}", DPMSolverMultistepScheduler, high, sampler, 6
        clipped = {**one, "beta_schedule": "squaredcos_cap_v2", "lambda_min_clipped": -5.1}
        yield f"lambda-clipped-{sampler}", DPMSolverMultistepScheduler, clipped, sampler, 6
    for clip_range in (1.0, 0.6):
        clip = {**one, "clip_sample": True, "clip_sample_range": clip_range}
        yield f"clip-{clip_range}-DDIM", DDIMScheduler, clip, "DDIM", 6
    few = {**one, "original_inference_steps": 30, "timestep_scaling": 0.01}
    yield "few-LCM", LCMScheduler, few, "LCM", 7
    yield "clip-LCM", LCMScheduler, {**one, "clip_sample": True, "clip_sample_range": 0.6}, "LCM", 7
    yield "defaults-DDIM", DDIMScheduler, {}, "DDIM", 6
    yield "alpha-not-one-DDIM", DDIMScheduler, {**one, "set_alpha_to_one": False}, "DDIM", 6


def schedules(tensors):
    """Tables, noised latents and targets of the training schedule (DDPMScheduler)."""
    x0, noise = torch.randn(SHAPE), torch.randn(SHAPE)
    t = torch.tensor([3, 999])
    tensors.update({"schedule.x0": x0, "schedule.noise": noise, "schedule.t": t})
    for name, config in {**BETAS, "cosine": {"beta_schedule": "squaredcos_cap_v2"}}.items():
        scheduler = DDPMScheduler.from_config(config)
        tensors[f"betas.{name}"] = scheduler.betas
        tensors[f"alphas_cumprod.{name}"] = scheduler.alphas_cumprod
        tensors[f"noisy.{name}"] = scheduler.add_noise(x0, noise, t)
        tensors[f"noisy64.{name}"] = scheduler.add_noise(x0.double(), noise.double(), t)
        tensors[f"velocity.{name}"] = scheduler.get_velocity(x0, noise, t)


def random_numbers(tensors):
    """Two draws one after the other from a generator each, small (scalar code in torch) and large (vector code)."""
    for shape in ((3,), (4, 5, 7), (4, 64, 64)):
        generators = [torch.Generator().manual_seed(seed) for seed in (0, 2**63 + 5)]
        batch = (2, *shape)
        draws = [randn_tensor(batch, generator=generators, device=torch.device("cpu"), dtype=torch.float32) for _ in "ab"]
        tensors["randn." + "x".join(map(str, shape))] = torch.stack(draws)


def write(file):
    tensors, runs = {}, []
    schedules(tensors)
    random_numbers(tensors)
    for name, folder_class, config, sampler, steps in grid():
        sampler_class, changes = SAMPLERS[sampler]
        folder = folder_class.from_config(config)
        tensors[f"{name}.x"], tensors[f"{name}.timesteps"] = draw(
            sampler_class.from_config(folder.config, **changes), steps
        )
        written = {"_class_name": folder_class.__name__, **config}
        runs.append({"name": name, "scheduler_config": written, "sampler": sampler, "steps": steps, "seeds": SEEDS})
    save_file(tensors, file, metadata={"runs": json.dumps(runs)})


def make(ctx):
    if ctx.family == "sd1":
        write(ctx.out / "samplers.safetensors")


if __name__ == "__main__":
    folder = Path(sys.argv[1]) / "sd1"
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    write(folder / "samplers.safetensors")
