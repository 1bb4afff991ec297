"""Samplers and schedules that diffusers lacks, and Brownian noise, written from their papers' formulas.

Levels are x = x0 + sigma eps. A `run` is what samplers.py hands over: run.denoised(x, sigma), run.sigmas (floats, ends
with 0 or the smallest), run.between(x, sigma) where a middle is told by its logarithm, run.fresh() and run.brownian(from, to) for unit noise, run.eta.
"""

import math
from functools import lru_cache

import numpy as np
import scipy.stats
import torch

MASK = 2**64 - 1


def split_mix(x):
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


@lru_cache(maxsize=1 << 16)  # all runs walk the same few trees
def node(seed, number, shape):
    generator = torch.Generator().manual_seed(split_mix(split_mix(seed) ^ number))
    return torch.randn(shape, generator=generator, dtype=torch.float32).double()


class Brownian:
    """Levy's construction on a tree of 16 levels whose nodes lie at end u^7; each node has a generator of its own."""

    def __init__(self, seeds, shape, end):
        self.seeds, self.shape, self.end = seeds, tuple(shape), end

    def node(self, seed, number):
        return node(seed, number, self.shape)

    def value(self, seed, t):
        points = {0.0: torch.zeros(self.shape, dtype=torch.float64), 1.0: self.node(seed, 1) * self.end**0.5}
        left, right, number = 0.0, 1.0, 2
        for _ in range(16):
            a, b, middle = (self.end * u**7 for u in (left, right, (left + right) / 2))
            if not a < t < b:
                break
            mean = points[left] + (points[right] - points[left]) * ((middle - a) / (b - a))
            deviation = math.sqrt((middle - a) * (b - middle) / (b - a))
            points[(left + right) / 2] = mean + deviation * self.node(seed, number)
            if t < middle:
                right, number = (left + right) / 2, 2 * number
            else:
                left, number = (left + right) / 2, 2 * number + 1
        a, b = self.end * left**7, self.end * right**7
        return points[left] + (points[right] - points[left]) * min(max((t - a) / (b - a), 0.0), 1.0)

    def __call__(self, start, stop):
        start, stop = float(start), float(stop)
        ways = [self.value(seed, stop) - self.value(seed, start) for seed in self.seeds]
        return torch.stack(ways) / math.sqrt(abs(stop - start))


def log_points(values, at):
    return np.exp(np.interp(at, np.arange(len(values)), np.log(values)))


ALIGNED = {
    "sd": [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029],
    "sdxl": [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029],
}


def schedule(name, table, most, least, steps, aligned="sd"):
    """Sigmas of a schedule by name: between `most` and `least`, or along the table of training (rising)."""
    ramp = np.linspace(0, 1, steps)
    if name == "karras":
        return (most ** (1 / 7) * (1 - ramp) + least ** (1 / 7) * ramp) ** 7
    if name in ("exponential", "polyexponential"):  # the latter of the power 1
        return most ** (1 - ramp) * least**ramp
    if name == "beta":
        return least + scipy.stats.beta.ppf(1 - ramp, 0.6, 0.6) * (most - least)
    last = len(table) - 1
    if name == "sgm_uniform":
        return log_points(table, np.linspace(last, 0, steps + 1)[:-1])
    if name == "normal":
        return log_points(table, np.linspace(last, 0, steps))
    if name == "simple":
        return np.array([table[-1 - int(i * len(table) / steps)] for i in range(steps)], dtype=np.float64)
    if name == "align_your_steps":
        return log_points(ALIGNED[aligned], np.linspace(0, 10, steps))
    raise ValueError(name)


def timestep(sigma, table):
    """By the logarithms, inside the table."""
    return float(np.interp(math.log(max(sigma, 1e-10)), np.log(table), np.arange(len(table))))


def ancestral(start, stop, eta):
    up = min(stop, eta * math.sqrt(stop**2 * (start**2 - stop**2) / start**2))
    return math.sqrt(stop**2 - up**2), up


def exponential_step(x, x0, start, stop):
    """The exact solution while x0 stays as it is (DPM-Solver++ of first order)."""
    return stop / start * x + (1 - stop / start) * x0


def euler_ancestral(run, x):
    for start, stop in zip(run.sigmas, run.sigmas[1:]):
        down, up = ancestral(start, stop, run.eta)
        x = x + (x - run.denoised(x, start)) / start * (down - start)
        x = x + run.fresh() * up
        yield x


def heun(run, x):
    """arXiv 2206.00364, algorithm 1."""
    for start, stop in zip(run.sigmas, run.sigmas[1:]):
        slope = (x - run.denoised(x, start)) / start
        end = x + slope * (stop - start)
        if stop > 0:
            end = x + (slope + (end - run.denoised(end, stop)) / stop) / 2 * (stop - start)
        x = end
        yield x


def middle_step(run, x, start, stop):
    """By the slope in the middle of the logarithms (DPM-Solver-2, arXiv 2206.00927)."""
    slope = (x - run.denoised(x, start)) / start
    if stop == 0:
        return x + slope * (stop - start)
    middle = math.exp(0.5 * math.log(start) + 0.5 * math.log(stop))
    there = x + slope * (middle - start)
    return x + (there - run.between(there, middle)) / middle * (stop - start)


def dpm2(run, x):
    for start, stop in zip(run.sigmas, run.sigmas[1:]):
        x = middle_step(run, x, start, stop)
        yield x


def dpm2_ancestral(run, x):
    for start, stop in zip(run.sigmas, run.sigmas[1:]):
        down, up = ancestral(start, stop, run.eta)
        x = middle_step(run, x, start, down)
        if stop > 0:
            x = x + run.fresh() * up
        yield x


def lms(run, x):
    """Adams and Bashforth's method of order 4: the polynomial through the last slopes, integrated exactly."""
    points, slopes = [], []
    for start, stop in zip(run.sigmas, run.sigmas[1:]):
        points = [start, *points[:3]]
        slopes = [(x - run.denoised(x, start)) / start, *slopes[:3]]
        for k, slope in enumerate(slopes):
            others = [point for j, point in enumerate(points) if j != k]
            area = np.polyint(np.atleast_1d(np.poly(others)) / np.prod([points[k] - other for other in others]))
            x = x + slope * float(np.polyval(area, stop) - np.polyval(area, start))
        yield x


def dpmpp_2s_ancestral(run, x):
    for start, stop in zip(run.sigmas, run.sigmas[1:]):
        down, up = ancestral(start, stop, run.eta)
        x0 = run.denoised(x, start)
        if down > 0:
            middle = math.exp(0.5 * math.log(start) + 0.5 * math.log(down))
            x0 = run.between(exponential_step(x, x0, start, middle), middle)
        x = exponential_step(x, x0, start, down)
        if stop > 0:
            x = x + run.fresh() * up
        yield x


def dpmpp_sde(run, x):
    for start, stop in zip(run.sigmas, run.sigmas[1:]):
        def to(x0, end):
            down, up = ancestral(start, end, run.eta)
            return exponential_step(x, x0, start, down) + (run.brownian(start, end) * up if up > 0 else 0)

        x0 = run.denoised(x, start)
        if stop > 0:
            middle = math.sqrt(start * stop)
            x0 = run.between(to(x0, middle), middle)
        x = to(x0, stop)
        yield x


def dpmpp_3m_sde(run, x):
    """The clean latents as the polynomial through the last three, in lambda = -log sigma; exact integrals by Taylor."""
    seen = []
    for start, stop in zip(run.sigmas, run.sigmas[1:]):
        x0 = run.denoised(x, start)
        seen = [(-math.log(start), x0)] + seen[:2]
        if stop == 0:
            x = x0
        else:
            h = math.log(start / stop)
            k = h * (1 + run.eta)
            phi1, phi2 = 1 - math.exp(-k), (math.exp(-k) - 1) / k + 1
            phi3 = phi2 / k - 0.5
            x = math.exp(-k) * x + phi1 * x0
            if len(seen) == 2:
                x = x + phi2 * h * (x0 - seen[1][1]) / (seen[0][0] - seen[1][0])
            elif len(seen) == 3:
                near = (seen[0][1] - seen[1][1]) * h / (seen[0][0] - seen[1][0])
                far = (seen[1][1] - seen[2][1]) * h / (seen[1][0] - seen[2][0])
                r0, r1 = (seen[0][0] - seen[1][0]) / h, (seen[1][0] - seen[2][0]) / h
                curve = (near - far) / (r0 + r1)
                x = x + phi2 * (near + (near - far) * r0 / (r0 + r1)) - phi3 * curve
            if run.eta > 0:
                x = x + run.brownian(start, stop) * stop * math.sqrt(1 - math.exp(-2 * h * run.eta))
        yield x


def restart(run, x):
    """The way from 2 to 0.1 again: once from 20 steps on, twice from 36 on, in Heun steps on Karras levels."""
    steps = len(run.sigmas) - 1
    times, again = (2, steps // 4) if steps >= 36 else (1, 9) if steps >= 20 else (0, 0)
    sigmas = list(run.sigmas)
    if times:
        sigmas = [*schedule("karras", None, sigmas[0], sigmas[-2], steps - times * again), 0.0]
    pairs = list(zip(sigmas, sigmas[1:]))
    high = int(np.abs(np.array(sigmas) - 2).argmin())
    low = int(np.abs(np.array(sigmas) - 0.1).argmin())
    if times and high < low:
        way = schedule("karras", None, sigmas[high], sigmas[low], again + 1)
        pairs[low:low] = list(zip(way, way[1:])) * times
    level = sigmas[0]
    for start, stop in pairs:
        if start > level:
            x = x + run.fresh() * math.sqrt(start**2 - level**2)
        slope = (x - run.denoised(x, start)) / start
        end = x + slope * (stop - start)
        if stop > 0:
            end = x + (slope + (end - run.denoised(end, stop)) / stop) / 2 * (stop - start)
        x, level = end, stop
        yield x
