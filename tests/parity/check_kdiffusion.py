"""kdiffusion.py against the package k-diffusion: each sampler that both have, step by step, and the schedules.

So what is compared with kdiffusion.py (samplers.py) is compared with k-diffusion, whose functions name no timesteps.
"""

import importlib
import math
import sys
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace

import torch

import kdiffusion

TOLERANCE = 1e-9  # of the largest |x|, fp64
SEEDS = [3, 4]
SHAPE = (len(SEEDS), 3, 5)
MOST, LEAST, STEPS = 14.6, 0.03, 12
FRESH, BROWNIAN = "fresh", "brownian"
SAMPLERS = {  # theirs: ours, where its noise comes from
    "sample_heun": (kdiffusion.heun, None),
    "sample_lms": (kdiffusion.lms, None),
    "sample_dpm_2": (kdiffusion.dpm2, None),
    "sample_euler_ancestral": (kdiffusion.euler_ancestral, FRESH),
    "sample_dpm_2_ancestral": (kdiffusion.dpm2_ancestral, FRESH),
    "sample_dpmpp_2s_ancestral": (kdiffusion.dpmpp_2s_ancestral, FRESH),
    "sample_dpmpp_sde": (kdiffusion.dpmpp_sde, BROWNIAN),
    "sample_dpmpp_3m_sde": (kdiffusion.dpmpp_3m_sde, BROWNIAN),
}


def k_diffusion():
    """Its sampling.py alone: the package around it wants all that training takes, this file two names of it."""
    package = ModuleType("k_diffusion")
    package.__path__ = find_spec("k_diffusion").submodule_search_locations
    utils, odes = ModuleType("k_diffusion.utils"), ModuleType("torchdiffeq")
    utils.append_dims = lambda x, dims: x[(...,) + (None,) * (dims - x.ndim)]
    odes.odeint = None
    package.utils = utils
    sys.modules |= {"k_diffusion": package, "k_diffusion.utils": utils, "torchdiffeq": odes}
    return importlib.import_module("k_diffusion.sampling")


def denoised(x, sigma):
    """Of no picture, and another at each level."""
    return 0.7 * torch.tanh(x / math.sqrt(sigma**2 + 1)) + 0.2 * math.sin(sigma)


def noises():
    generator = torch.Generator().manual_seed(5)
    fresh = lambda *_: torch.randn(SHAPE, generator=generator, dtype=torch.float64)
    return {FRESH: fresh, BROWNIAN: kdiffusion.Brownian(SEEDS, SHAPE[1:], MOST)}


def start():
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(6), dtype=torch.float64) * MOST


def ours(sampler, sigmas, eta):
    noise = noises()
    run = SimpleNamespace(sigmas=sigmas, denoised=denoised, between=denoised, fresh=noise[FRESH],
                          brownian=noise[BROWNIAN], eta=eta)
    return torch.stack(list(sampler(run, start())))


def theirs(sampler, source, sigmas, eta):
    before = []
    noise = {} if source is None else {"eta": eta, "noise_sampler": noises()[source]}
    last = sampler(lambda x, sigma: denoised(x, float(sigma[0])), start(), torch.tensor(sigmas, dtype=torch.float64),
                   callback=lambda step: before.append(step["x"].clone()), disable=True, **noise)
    return torch.stack([*before[1:], last])


def difference(a, b):
    return float((a - b).abs().max() / b.abs().max())


def check_schedules(package):
    torch.set_default_dtype(torch.float64)
    for name in ("karras", "exponential", "polyexponential"):
        expected = getattr(package, f"get_sigmas_{name}")(STEPS, LEAST, MOST)[:-1]
        found = torch.tensor(kdiffusion.schedule(name, None, MOST, LEAST, STEPS))
        assert difference(found, expected) < TOLERANCE, name


def main():
    package = k_diffusion()
    check_schedules(package)
    worst, runs = 0.0, 0
    for schedule in ("karras", "exponential"):
        levels = [float(sigma) for sigma in kdiffusion.schedule(schedule, None, MOST, LEAST, STEPS)]
        for sigmas in ([*levels, 0.0], levels):  # with and without a last step to no noise
            for name, (_, source) in SAMPLERS.items():
                for eta in (1.0,) if source is None else (0.0, 0.6, 1.0):
                    expected = theirs(getattr(package, name), source, sigmas, eta)
                    for other, (sampler, _) in SAMPLERS.items():
                        found = difference(ours(sampler, sigmas, eta), expected)
                        if other == name:
                            worst, runs = max(worst, found), runs + 1
                            assert found < TOLERANCE, f"{name} on {schedule}, eta {eta}: differs by {found}"
                        elif eta > 0:
                            assert found > 1e-4, f"{name} cannot be told from {other}"
    print(f"{runs} runs, worst difference {worst:.1e} of max|x|")


if __name__ == "__main__":
    main()
