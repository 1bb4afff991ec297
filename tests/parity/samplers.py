"""Every step of every sampler, by diffusers' schedulers, or by kdiffusion.py where diffusers has none.

The network is a small fixed function that both sides compute, so a difference is the sampler's alone. Needs no
pipeline: made once, for the first family. Run by itself: samplers.py OUT (writes OUT/sd1/samplers.safetensors).

samplers.safetensors holds, for each run of the metadata's "runs" (JSON: name, scheduler_config, sampler, schedule, eta,
aligned, steps, skipped, seeds):
  <name>.x          [steps + 1, B, 4, 6, 6]: the first latents, then those after each step, as x0 + sigma eps (samplers of
                    whole timesteps: alpha x0 + sigma eps)
  <name>.result     [B, 4, 6, 6]: the latents that diffusers ends with
  <name>.timesteps  [calls], as the network is told
`start` [B, 4, 6, 6], the clean latents of runs that leave out their first steps (skipped > 0),
and betas.<name>, alphas_cumprod.<name>, noisy.<name>, velocity.<name> for the schedules alone, torch.randn's numbers in
randn.<shape>, a CUDA device's in philox.<shape>, way.<from>-<to> of Brownian motions, beta_quantiles.
"""

import inspect
import json
import math
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import scipy.stats
import torch
from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverSDEScheduler, PNDMScheduler
from diffusers.utils import logging
from diffusers.utils.torch_utils import randn_tensor
from safetensors.torch import save_file

import kdiffusion
from sampler_cases import (
    BETAS,
    FLAGS,
    NOISY,
    OWN,
    SAMPLERS,
    SEEDS,
    SHAPE,
    SOLVERS,
    START,
    TIMESTEPS,
    can,
    cases,
    completed,
    own_cases,
)


def network(x, timestep):
    """Stands in for the UNet; the tests' C++ has the same line."""
    return 0.7 * torch.tanh(x) + 0.2 * math.sin(0.01 * float(timestep))


def sigma_table(scheduler):
    """Of training, rising."""
    bars = scheduler.alphas_cumprod.clone()
    return (((1 - bars) / bars) ** 0.5).numpy()


def first_noise():
    generators = [torch.Generator().manual_seed(seed) for seed in SEEDS]
    noise = randn_tensor(SHAPE, generator=generators, device=torch.device("cpu"), dtype=torch.float32)
    return noise, generators


def first_latents(scale):
    noise, generators = first_noise()
    return noise * scale, generators


def leave_out_first(scheduler, case):
    """What the img2img pipelines do: the timesteps that are left. PNDM's list repeats its second one, for a first step
    taken twice; theirs is cut one too early and repeats another, this one is as if the run began there."""
    begin = case["skipped"] * getattr(scheduler, "order", 1)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin)
    if isinstance(scheduler, PNDMScheduler):
        left = scheduler.timesteps.unique().flip(0)[begin:]
        return torch.cat([left[:2], left[1:]])
    return scheduler.timesteps[begin:]


def set_levels(scheduler, case):
    """The scheduler's own levels, or a web UI's schedule put in their place."""
    scheduler.set_timesteps(case["steps"])
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)  # else the solver starts at the second of two equal timesteps and runs off the end
    if not case["replaced"]:
        return
    table = sigma_table(scheduler)
    ends = (table[-1], table[0]) if isinstance(scheduler, SOLVERS) else (scheduler.sigmas[0], scheduler.sigmas[-2])
    sigmas = kdiffusion.schedule(case["schedule"], table, *map(float, ends), case["steps"], case["aligned"])
    scheduler.timesteps = torch.tensor([kdiffusion.timestep(sigma, table) for sigma in sigmas])
    scheduler.sigmas = torch.tensor([*sigmas, scheduler.sigmas[-1]], dtype=torch.float32)


def ends_of_steps(scheduler, calls):
    """After which calls of the network a step is done: some classes take two a step, PNDM for its first one."""
    if getattr(scheduler, "order", 1) == 2:
        return {*range(1, calls, 2), calls - 1}
    return set(range(1 if isinstance(scheduler, PNDMScheduler) and calls > 1 else 0, calls))


def draw(scheduler, case, network=network):
    set_levels(scheduler, case)
    x, generators = first_latents(scheduler.init_noise_sigma)
    timesteps, begin = scheduler.timesteps, case["skipped"]
    if begin:
        timesteps = leave_out_first(scheduler, case)
        x = scheduler.add_noise(START, first_noise()[0], timesteps[:1])
    options = {"generator": generators} if isinstance(scheduler, NOISY) else {}
    if case["eta"] is not None:
        options |= {"eta": case["eta"], "generator": generators}
    if not isinstance(scheduler, TIMESTEPS):
        motion = kdiffusion.Brownian(SEEDS, SHAPE[1:], float(sigma_table(scheduler)[-1]))
    if isinstance(scheduler, DPMSolverSDEScheduler):
        scheduler.noise_sampler = lambda start, stop: motion(start, stop).float()
    sde = getattr(scheduler.config, "algorithm_type", "") == "sde-dpmsolver++"
    factors = (scheduler.sigmas[begin:].double() ** 2 + 1) ** 0.5 if isinstance(scheduler, SOLVERS) else None

    xs, ends = [x], ends_of_steps(scheduler, len(timesteps))
    for i, t in enumerate(timesteps):
        output = network(scheduler.scale_model_input(x, t), t)
        if sde:
            options = {"variance_noise": motion(scheduler.sigmas[begin + i], scheduler.sigmas[begin + i + 1])}
        x = scheduler.step(output, t, x, **options, return_dict=False)[0]
        if i in ends:
            xs.append(x)
    if factors is not None:
        xs = [one * factor for one, factor in zip(xs, factors)]
    return torch.stack(xs).float(), x, timesteps


def own_draw(sampler, scheduler, case, network=network):
    """The same by a function of kdiffusion.py on the scheduler's levels, in fp64."""
    set_levels(scheduler, case)
    if case["schedule"] == "karras" and sampler in (kdiffusion.dpm2, kdiffusion.dpm2_ancestral):
        scheduler.timesteps = scheduler.timesteps.round()  # as diffusers' classes do there
    table, told = sigma_table(scheduler), []
    levels = {float(sigma): float(t) for sigma, t in zip(scheduler.sigmas, scheduler.timesteps)}
    solver, begin = isinstance(scheduler, SOLVERS), case["skipped"]
    x, generators = first_latents((float(scheduler.sigmas[0]) ** 2 + 1) ** 0.5 if solver else scheduler.init_noise_sigma)

    if begin:
        x = START + first_noise()[0] * scheduler.sigmas[begin]

    def between(x, sigma, level=None):
        told.append(kdiffusion.timestep(sigma, table) if level is None else level)
        output = network(x / math.sqrt(sigma**2 + 1), told[-1])
        kind = scheduler.config.prediction_type
        if kind == "sample":
            return output
        if kind == "epsilon":
            return x - sigma * output
        return x / (sigma**2 + 1) - output * sigma / math.sqrt(sigma**2 + 1)

    run = SimpleNamespace(
        sigmas=[float(sigma) for sigma in scheduler.sigmas[begin:]],
        denoised=lambda x, sigma: between(x, sigma, levels.get(sigma)),
        between=between,
        fresh=lambda: randn_tensor(SHAPE, generator=generators, device=torch.device("cpu"), dtype=torch.float32),
        brownian=kdiffusion.Brownian(SEEDS, SHAPE[1:], float(table[-1])),
        eta=1.0 if case["eta"] is None else case["eta"],
    )
    xs = [x.double(), *sampler(run, x.double())]
    return torch.stack(xs), xs[-1], torch.tensor(told)


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


def philox_4x32_10(counter, key):
    """Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11: words of a counter and a key, as arrays."""
    c, k = [np.uint64(word) for word in counter], [np.uint64(word) for word in key]
    low = np.uint64(0xFFFFFFFF)
    for _ in range(10):
        first, second = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [second >> np.uint64(32) ^ c[1] ^ k[0], second & low, first >> np.uint64(32) ^ c[3] ^ k[1], first & low]
        k = [k[0] + np.uint64(0x9E3779B9) & low, k[1] + np.uint64(0xBB67AE85) & low]
    return c


def cuda_randn(seed, draw, count):
    """Each thread's first number of curand_normal4, at the offset that torch's CUDA generator has after `draw` calls."""
    elements = np.arange(count, dtype=np.uint64)
    zeros = np.zeros_like(elements)
    words = philox_4x32_10([zeros + np.uint64(draw), zeros, elements, zeros], [seed & 0xFFFFFFFF, seed >> 32])
    u, v = (words[0] + 0.5) / 2**32, (words[1] + 0.5) / 2**32
    return np.sqrt(-2 * np.log(u)) * np.sin(2 * np.pi * v)


def random_numbers(tensors):
    """Two draws one after the other from a generator each, small (scalar code in torch) and large (vector code)."""
    for shape in ((3,), (4, 5, 7), (4, 64, 64)):
        generators = [torch.Generator().manual_seed(seed) for seed in (0, 2**63 + 5)]
        batch = (2, *shape)
        draws = [randn_tensor(batch, generator=generators, device=torch.device("cpu"), dtype=torch.float32) for _ in "ab"]
        tensors["randn." + "x".join(map(str, shape))] = torch.stack(draws)
        numbers = [[cuda_randn(seed, draw, math.prod(shape)) for seed in (0, 2**63 + 5)] for draw in (0, 1)]
        tensors["philox." + "x".join(map(str, shape))] = torch.from_numpy(np.array(numbers)).reshape(2, *batch)
    brownian = kdiffusion.Brownian([0, 2**63 + 5], (4, 5), 14.6)
    for start, stop in ((14.6, 3.0), (3.0, 0.25), (0.25, 0.03), (0.03, 0.0), (2.0, 5.0)):
        tensors[f"way.{start}-{stop}"] = brownian(start, stop)
    tensors["beta_quantiles"] = torch.from_numpy(scipy.stats.beta.ppf(np.linspace(0, 1, 33), 0.6, 0.6))


@contextmanager
def without_first_levels(scheduler_class):
    """Some classes lay out all timesteps of training when they are made, half a second long, and again when told the steps."""

    def nothing(scheduler, *_):
        scheduler.sigmas = torch.empty(0)

    with patch.object(scheduler_class, "set_timesteps", nothing):
        yield


def run_all(tensors, by_diffusers, by_kdiffusion, network=network):
    """Draws the cases; returns what the metadata says of them."""
    runs = []

    def add(name, drawn, folder_class, config, sampler, case):
        for part, tensor in zip(("x", "result", "timesteps"), drawn):
            tensors[f"{name}.{part}"] = tensor.contiguous().clone()
        written = {"_class_name": folder_class.__name__, **config}
        runs.append({"name": name, "scheduler_config": written, "sampler": sampler, "seeds": SEEDS, **case})

    for name, folder_class, config, sampler, steps, keys in by_diffusers:
        sampler_class, changes = SAMPLERS[sampler]
        case = {**completed(keys), "steps": steps}
        flags = {} if case["replaced"] else FLAGS[case["schedule"]]
        has_flags = set(flags) <= set(inspect.signature(sampler_class.__init__).parameters)
        if not can(sampler, config) or not has_flags:
            continue
        with without_first_levels(sampler_class):
            scheduler = sampler_class.from_config(folder_class.from_config(config).config, **changes, **flags)
        add(name, draw(scheduler, case, network), folder_class, config, sampler, case)
    for name, config, sampler, steps, keys in by_kdiffusion:
        levels_class, function = OWN[sampler]
        case = {**completed(keys), "steps": steps}
        flags = {} if case["replaced"] else FLAGS[case["schedule"]]
        scheduler = levels_class.from_config(config, **flags)
        add(name, own_draw(function, scheduler, case, network), DDIMScheduler, config, sampler, case)
    return runs


def write(file):
    logging.set_verbosity_error()  # odd numbers of steps make a solver correct its own options aloud
    tensors = {"start": START}
    schedules(tensors)
    random_numbers(tensors)
    runs = run_all(tensors, cases(), own_cases())
    save_file(tensors, file, metadata={"runs": json.dumps(runs)})


def make(ctx):
    if ctx.family == "sd1":
        write(ctx.out / "samplers.safetensors")


if __name__ == "__main__":
    folder = Path(sys.argv[1]) / "sd1"
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    torch.set_num_threads(1)
    write(folder / "samplers.safetensors")
