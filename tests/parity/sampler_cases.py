"""What samplers.py draws: every sampler with each spacing, prediction, beta schedule and schedule of sigmas, and the odd
cases. `cases` are drawn by diffusers' classes, `own_cases` by kdiffusion.py.
"""

import inspect

import torch
from diffusers import (
    DDIMScheduler,
    DEISMultistepScheduler,
    DPMSolverMultistepScheduler,
    DPMSolverSDEScheduler,
    DPMSolverSinglestepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    KDPM2AncestralDiscreteScheduler,
    KDPM2DiscreteScheduler,
    LCMScheduler,
    LMSDiscreteScheduler,
    PNDMScheduler,
    TCDScheduler,
    UniPCMultistepScheduler,
)

import kdiffusion

SEEDS = [11, 12]
SHAPE = (len(SEEDS), 4, 6, 6)
START = torch.randn(SHAPE, generator=torch.Generator().manual_seed(13))  # the picture of runs that begin at one

SDE = {"algorithm_type": "sde-dpmsolver++"}
# The web UIs' name -> diffusers' class and what a person changes in from_config.
SAMPLERS = {
    "DDIM": (DDIMScheduler, {}),
    "PLMS": (PNDMScheduler, {"skip_prk_steps": True}),
    "Euler": (EulerDiscreteScheduler, {}),
    "Euler a": (EulerAncestralDiscreteScheduler, {}),
    "Heun": (HeunDiscreteScheduler, {}),
    "LMS": (LMSDiscreteScheduler, {}),
    "DPM2": (KDPM2DiscreteScheduler, {}),
    "DPM2 a": (KDPM2AncestralDiscreteScheduler, {}),
    "DPM++ 2S": (DPMSolverSinglestepScheduler, {}),
    "DPM++ 2M": (DPMSolverMultistepScheduler, {}),
    "DPM++ SDE": (DPMSolverSDEScheduler, {}),
    "DPM++ 2M SDE": (DPMSolverMultistepScheduler, SDE),
    "DPM++ 2M SDE Heun": (DPMSolverMultistepScheduler, {**SDE, "solver_type": "heun"}),
    "UniPC": (UniPCMultistepScheduler, {}),
    "DEIS": (DEISMultistepScheduler, {}),
    "LCM": (LCMScheduler, {}),
    "TCD": (TCDScheduler, {}),
}
# On levels that are put in their place these classes are drawn by kdiffusion.py: they keep tables of their own.
TABLES = ("Euler a", "Heun", "LMS", "DPM2", "DPM2 a", "DPM++ SDE")
# And by kdiffusion.py, on the levels of a class of diffusers.
OWN = {
    "Euler a": (EulerDiscreteScheduler, kdiffusion.euler_ancestral),
    "Heun": (EulerDiscreteScheduler, kdiffusion.heun),
    "LMS": (EulerDiscreteScheduler, kdiffusion.lms),
    "DPM2": (EulerDiscreteScheduler, kdiffusion.dpm2),
    "DPM2 a": (EulerDiscreteScheduler, kdiffusion.dpm2_ancestral),
    "DPM++ 2S a": (EulerDiscreteScheduler, kdiffusion.dpmpp_2s_ancestral),
    "DPM++ SDE": (EulerDiscreteScheduler, kdiffusion.dpmpp_sde),
    "DPM++ 3M SDE": (DPMSolverMultistepScheduler, kdiffusion.dpmpp_3m_sde),
    "Restart": (EulerDiscreteScheduler, kdiffusion.restart),
}
NOISY = (EulerAncestralDiscreteScheduler, KDPM2AncestralDiscreteScheduler, LCMScheduler, TCDScheduler)  # at each step
TIMESTEPS = (DDIMScheduler, PNDMScheduler, LCMScheduler, TCDScheduler)  # know no sigmas
SOLVERS = (DPMSolverMultistepScheduler, DPMSolverSinglestepScheduler, UniPCMultistepScheduler, DEISMultistepScheduler)
FLAGS = {"uniform": {}, "karras": {"use_karras_sigmas": True}, "exponential": {"use_exponential_sigmas": True},
         "beta": {"use_beta_sigmas": True}}
WEB_SCHEDULES = ("polyexponential", "sgm_uniform", "simple", "normal", "align_your_steps")

STABLE_DIFFUSION = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "clip_sample": False,
                    "set_alpha_to_one": True}
BETAS = {
    "scaled": STABLE_DIFFUSION,
    "linear": {**STABLE_DIFFUSION, "beta_schedule": "linear", "beta_start": 0.0001, "beta_end": 0.02},
    "zsnr": {**STABLE_DIFFUSION, "rescale_betas_zero_snr": True},
}
ONE = {**STABLE_DIFFUSION, "prediction_type": "v_prediction"}


def can(sampler, config):
    """Whether diffusers' class can draw for a model of this kind."""
    sampler_class = SAMPLERS[sampler][0]
    keys = inspect.signature(sampler_class.__init__).parameters
    prediction, zero_snr = config.get("prediction_type", "epsilon"), config.get("rescale_betas_zero_snr", False)
    if prediction == "sample" and sampler in ("Euler a", "DPM2", "DPM2 a", "DPM++ SDE", "PLMS"):
        return False  # not in diffusers
    if zero_snr and "rescale_betas_zero_snr" not in keys:
        return False
    return not (zero_snr and prediction == "epsilon" and sampler_class in TIMESTEPS)  # divides by zero


def cases():
    """(name, folder's class, scheduler_config.json, sampler, steps, further keys of the case)."""
    for betas, config in BETAS.items():
        for spacing in ("leading", "trailing", "linspace"):
            for prediction in ("epsilon", "v_prediction", "sample"):
                full = {**config, "timestep_spacing": spacing, "prediction_type": prediction, "steps_offset": 1}
                for sampler in SAMPLERS:
                    yield f"{betas}-{spacing}-{prediction}-{sampler}", DDIMScheduler, full, sampler, 7, {}
                    for schedule in ("karras", "exponential", "beta"):
                        if betas == "linear" or prediction == "sample":
                            continue
                        if (betas, sampler, schedule) == ("zsnr", "Euler", "beta"):
                            continue  # from 4096 down in large steps: cancels more digits than fp32 has
                        name = f"{betas}-{spacing}-{prediction}-{sampler} {schedule}"
                        yield name, DDIMScheduler, full, sampler, 7, {"schedule": schedule}

    pndm = {**STABLE_DIFFUSION, "set_alpha_to_one": False, "skip_prk_steps": True, "steps_offset": 1}
    for sampler in SAMPLERS:
        yield f"twenty-{sampler}", DDIMScheduler, ONE, sampler, 20, {}
        yield f"single-{sampler}", DDIMScheduler, ONE, sampler, 1, {}
        yield f"two-{sampler}", DDIMScheduler, ONE, sampler, 2, {}
        yield f"sd14-folder-{sampler}", PNDMScheduler, pndm, sampler, 6, {}  # names no spacing
        cosine = {**ONE, "beta_schedule": "squaredcos_cap_v2"}
        # Its sigmas reach 20000, where these classes cancel more digits than fp32 has.
        if sampler not in ("DPM2", "DPM2 a", "DPM++ SDE", "DEIS"):
            yield f"cosine-{sampler}", DDIMScheduler, cosine, sampler, 6, {}
        yield f"ties-{sampler}", DDIMScheduler, {**ONE, "timestep_spacing": "trailing"}, sampler, 48, {}
        short = {**ONE, "num_train_timesteps": 100, "beta_end": 0.05}
        yield f"short-{sampler}", DDIMScheduler, short, sampler, 9, {}
        trained = {"trained_betas": [0.001 * (i + 1) for i in range(40)], "clip_sample": False,
                   "original_inference_steps": 20, "set_alpha_to_one": True}
        yield f"trained-{sampler}", DDIMScheduler, {**trained, "num_train_timesteps": 40}, sampler, 5, {}
        solver = {**ONE, "final_sigmas_type": "sigma_min", "lower_order_final": True}  # one class has False of its own
        yield f"sigma-min-{sampler}", DPMSolverMultistepScheduler, solver, sampler, 6, {}
        yield f"sigma-min-long-{sampler}", DPMSolverMultistepScheduler, solver, sampler, 17, {}
        euler = {**solver, "euler_at_final": True}
        yield f"euler-at-final-{sampler}", DPMSolverMultistepScheduler, euler, sampler, 17, {}
        high = {**solver, "lower_order_final": False}
        yield f"high-order-final-{sampler}", DPMSolverMultistepScheduler, high, sampler, 6, {}
        if sampler.startswith(("DPM++ 2S", "DPM++ 2M")):
            clipped = {**cosine, "lambda_min_clipped": -5.1}
            yield f"lambda-clipped-{sampler}", DPMSolverMultistepScheduler, clipped, sampler, 6, {}
    for sampler in ("DPM++ 2M", "UniPC", "DEIS"):
        for order in (1, 3):
            for steps in (8, 17):
                config = {**ONE, "solver_order": order}
                yield f"order-{order}-{steps}-{sampler}", DPMSolverMultistepScheduler, config, sampler, steps, {}
    for sampler in ("DPM++ 2M", "UniPC"):
        # To no noise at all, bh1 multiplies infinity by zero.
        config = {**ONE, "solver_type": "heun" if sampler == "DPM++ 2M" else "bh1", "final_sigmas_type": "sigma_min"}
        yield f"other-type-{sampler}", SAMPLERS[sampler][0], config, sampler, 9, {}
    yield "order-1-DPM++ 2S", DPMSolverSinglestepScheduler, {**ONE, "solver_order": 1}, "DPM++ 2S", 8, {}
    for clip_range in (1.0, 0.6):
        clip = {**ONE, "clip_sample": True, "clip_sample_range": clip_range}
        yield f"clip-{clip_range}-DDIM", DDIMScheduler, clip, "DDIM", 6, {}
    few = {**ONE, "original_inference_steps": 30, "timestep_scaling": 0.01}
    yield "few-LCM", LCMScheduler, few, "LCM", 7, {}
    yield "few-TCD", TCDScheduler, few, "TCD", 7, {}
    yield "clip-LCM", LCMScheduler, {**ONE, "clip_sample": True, "clip_sample_range": 0.6}, "LCM", 7, {}
    yield "defaults-DDIM", DDIMScheduler, {}, "DDIM", 6, {}
    yield "alpha-not-one-DDIM", DDIMScheduler, {**ONE, "set_alpha_to_one": False}, "DDIM", 6, {}
    for eta in (0.5, 1.0):
        yield f"eta-{eta}-DDIM", DDIMScheduler, ONE, "DDIM", 6, {"eta": eta}
        yield f"eta-{eta}-TCD", TCDScheduler, ONE, "TCD", 6, {"eta": eta}
    yield "eta-0-TCD", TCDScheduler, ONE, "TCD", 6, {"eta": 0.0}
    for sampler in ("Euler", "Euler a", "LMS", "DPM++ 2M", "UniPC", "DPM++ 2M SDE"):
        for schedule in WEB_SCHEDULES:
            for steps in (7, 11):
                keys = {"schedule": schedule, "replaced": True}
                yield f"{schedule}-{steps}-{sampler}", DDIMScheduler, ONE, sampler, steps, keys
    keys = {"schedule": "align_your_steps", "replaced": True, "aligned": "sdxl"}
    yield "sdxl-Euler", DDIMScheduler, ONE, "Euler", 8, keys
    for sampler, (sampler_class, _) in SAMPLERS.items():
        if sampler_class not in TIMESTEPS and sampler not in TABLES:
            yield from (all_case(sampler, *way, DDIMScheduler) for way in ALL_WAYS)
    yield from skipped_cases()


# Each sampler on each schedule with each prediction.
ALL_WAYS = [(schedule, prediction) for schedule in ("karras", "exponential", "beta", *WEB_SCHEDULES)
            for prediction in ("epsilon", "v_prediction", "sample")]


def all_case(sampler, schedule, prediction, *folder_class):
    config = {**ONE, "prediction_type": prediction, "timestep_spacing": "trailing"}
    keys = {"schedule": schedule, "replaced": schedule in WEB_SCHEDULES}
    return f"all-{prediction}-{sampler} {schedule}", *folder_class, config, sampler, 5, keys


def skipped_cases():
    """Runs that begin at a noised picture: with an odd and an even number of steps left out, in short and long runs."""
    for sampler in SAMPLERS:
        if sampler == "LMS":
            continue  # diffusers' uses slopes that it does not have yet
        for steps, skipped in ((9, 4), (9, 5), (18, 7), (6, 5)):
            for spacing in ("leading", "trailing"):
                config = {**ONE, "timestep_spacing": spacing, "steps_offset": 1}
                name = f"skipped-{skipped}-of-{steps}-{spacing}-{sampler}"
                yield name, DDIMScheduler, config, sampler, steps, {"skipped": skipped}
            keys = {"skipped": skipped, "schedule": "karras"}
            yield f"skipped-{skipped}-of-{steps}-{sampler} karras", DDIMScheduler, ONE, sampler, steps, keys


def own_cases():
    for sampler in OWN:
        yield from (all_case(sampler, *way) for way in ALL_WAYS)
        if sampler in ("Heun", "DPM2", "DPM2 a"):
            yield all_case(sampler, "uniform", "sample")
            continue  # the rest is drawn by diffusers
        for prediction in ("epsilon", "v_prediction", "sample"):
            config = {**ONE, "prediction_type": prediction, "timestep_spacing": "trailing"}
            for schedule in ("uniform", "karras", "exponential"):
                yield f"own-{prediction}-{sampler} {schedule}", config, sampler, 9, {"schedule": schedule}
        yield f"own-zsnr-{sampler}", BETAS["zsnr"] | {"prediction_type": "v_prediction"}, sampler, 9, {}
        for steps in (1, 2, 20, 37):
            yield f"own-{steps}-{sampler}", ONE, sampler, steps, {"schedule": "karras"}
        if sampler != "Restart":
            for eta in (0.0, 0.6) if sampler != "LMS" else ():
                yield f"own-eta-{eta}-{sampler}", ONE, sampler, 9, {"eta": eta}
        for steps, skipped in ((9, 4), (18, 7), (45, 5)):
            for schedule in ("uniform", "karras"):
                keys = {"skipped": skipped, "schedule": schedule}
                yield f"own-skipped-{skipped}-of-{steps}-{sampler} {schedule}", ONE, sampler, steps, keys


def completed(keys):
    return {"schedule": "uniform", "eta": None, "aligned": "sd", "replaced": False, "skipped": 0, **keys}
