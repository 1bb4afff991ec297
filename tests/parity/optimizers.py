"""The optimisers that `training.py` runs by name, and AdamW with 8-bit moments recorded update by update.

SGD is torch's, Adafactor transformers', Prodigy prodigyopt's; Lion is written down here from its paper (arXiv
2302.06675). `optimizer_adamw8bit.safetensors`: a tensor of 11 blocks and a bit, its gradients of 20 updates, and after each
the codes, scales and weights by the block-wise dynamic quantisation of arXiv 2110.02861, in numpy.
"""

import json

import numpy as np
import torch
from prodigyopt import Prodigy
from safetensors.torch import save_file
from transformers import Adafactor

BLOCK, UPDATES, NUMBERS = 256, 20, 11 * 256 + 1900
ADAMW8BIT = dict(lr=1e-2, beta1=0.9, beta2=0.99, eps=1e-8, weight_decay=1e-2)


class Lion(torch.optim.Optimizer):
    def __init__(self, parameters, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(parameters, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (beta1, beta2), rate = group["betas"], group["lr"]
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                momentum = self.state[parameter].setdefault("m", torch.zeros_like(parameter))
                direction = torch.sign(beta1 * momentum + (1 - beta1) * parameter.grad)
                parameter -= rate * (direction + group["weight_decay"] * parameter)
                momentum.copy_(beta2 * momentum + (1 - beta2) * parameter.grad)


def make_optimizer(name, parameters, lr, decay, **changes):
    """`changes` override what the optimiser is made with: faults are planted so."""
    shared = dict(lr=lr, weight_decay=decay)
    if name == "adamw":
        return torch.optim.AdamW(parameters, **{**shared, "betas": (0.9, 0.999), "eps": 1e-8, **changes})
    if name == "sgd":
        return torch.optim.SGD(parameters, **{**shared, "momentum": 0.9, **changes})
    if name == "lion":
        return Lion(parameters, **{**shared, **changes})
    if name == "adafactor":
        fixed = dict(scale_parameter=False, relative_step=False, warmup_init=False)
        return Adafactor(parameters, **{**shared, **fixed, **changes})
    if name == "prodigy":
        as_diffusers = dict(betas=(0.9, 0.999), eps=1e-8, decouple=True, use_bias_correction=True, safeguard_warmup=True)
        return Prodigy(parameters, **{**shared, **as_diffusers, **changes})
    raise ValueError(name)


def make(ctx):
    if ctx.family == "sd1":
        about = {"options": json.dumps(ADAMW8BIT)}
        save_file(adamw_8bit(), ctx.out / "optimizer_adamw8bit.safetensors", about)


def dynamic_map(signed):
    """bitsandbytes' create_dynamic_map: for each power of ten twice as many fractions as for the one below."""
    values = [0.0, 1.0]
    for power in range(7):
        edges = np.linspace(0.1, 1, 2 ** (power + (0 if signed else 1)) + 1)
        for middle in (edges[:-1] + edges[1:]) / 2:
            values += [middle * 10.0 ** (power - 6)] + ([-middle * 10.0 ** (power - 6)] if signed else [])
    assert len(values) == 256
    return np.sort(np.array(values)).astype(np.float32)


def quantise(numbers, codes):
    """[blocks, 256] -> nearest codes by comparing all distances, and scales. A negative number keeps its sign."""
    scales = np.abs(numbers).max(1).astype(np.float32)
    scaled = numbers / np.where(scales > 0, scales, np.float32(1))[:, None]
    nearest = np.abs(scaled[..., None].astype(np.float64) - codes.astype(np.float64)).argmin(-1)
    nearest[(numbers < 0) & (codes[nearest] == 0)] -= 1
    return nearest.astype(np.uint8), scales


def adamw_8bit():
    random = np.random.default_rng(3)
    blocks = -(-NUMBERS // BLOCK)
    # Blocks of very different sizes, and one without any gradient.
    size = np.repeat(10.0 ** random.uniform(-6, 1, blocks), BLOCK)[:NUMBERS]
    size[2 * BLOCK : 3 * BLOCK] = 0
    o, weights = ADAMW8BIT, random.standard_normal(NUMBERS).astype(np.float32)
    maps = {"exp_avg": dynamic_map(True), "exp_avg_sq": dynamic_map(False)}
    state = {name: (np.zeros((blocks, BLOCK), np.uint8), np.zeros(blocks, np.float32)) for name in maps}
    record = {"weights.0": weights}
    for update in range(1, UPDATES + 1):
        gradient = (size * random.standard_normal(NUMBERS)).astype(np.float32)
        g = np.pad(gradient, (0, blocks * BLOCK - NUMBERS)).reshape(blocks, BLOCK)
        m, v = (maps[name][codes] * scales[:, None] for name, (codes, scales) in state.items())
        m = np.float32(o["beta1"]) * m + np.float32(1 - o["beta1"]) * g
        v = np.float32(o["beta2"]) * v + np.float32(1 - o["beta2"]) * g * g
        state = {name: quantise(value, maps[name]) for name, value in (("exp_avg", m), ("exp_avg_sq", v))}

        m_hat, v_hat = m / (1 - o["beta1"] ** update), v / (1 - o["beta2"] ** update)
        change = (m_hat / (np.sqrt(v_hat) + o["eps"])).ravel()[:NUMBERS]
        weights = (weights * (1 - o["lr"] * o["weight_decay"]) - o["lr"] * change).astype(np.float32)
        record[f"gradient.{update}"], record[f"weights.{update}"] = gradient, weights
        # How far each number is from the two codes around it: what lies in the middle may go either way.
        for name, value in (("exp_avg", m), ("exp_avg_sq", v)):
            record[f"{name}.{update}"] = value
            record[f"{name}.codes.{update}"], record[f"{name}.scales.{update}"] = state[name]
    return {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in record.items()}
