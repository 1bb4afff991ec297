#include <torch/types.h>

#include <cmath>

#include "sampler_run.h"
#include "sigma_curves.h"

namespace big {
namespace {

/// A step of Euler's method, and the mean of the slopes at both ends where the second one exists.
torch::Tensor heun_step(const SigmaRun& run, const torch::Tensor& x, double sigma, double next) {
  const auto slope = (x - run.denoised(x, sigma)) / sigma;  // dx / dsigma
  const auto end = x + slope * (next - sigma);
  if (next == 0) return end;
  const auto end_slope = (end - run.denoised(end, next)) / next;
  return x + (slope + end_slope) / 2 * (next - sigma);
}

size_t nearest_index(const std::vector<double>& sigmas, double wanted) {
  size_t nearest = 0;
  for (size_t i = 1; i < sigmas.size(); ++i)
    if (std::abs(sigmas[i] - wanted) < std::abs(sigmas[nearest] - wanted)) nearest = i;
  return nearest;
}

struct Jump {
  double from, to;
};

/// Which levels to step between so that the whole takes as many steps as asked for. The way from 2 down to
/// 0.1 is gone again: once in runs of 20 steps and more, twice from 36 on (the web UIs' numbers); shorter
/// runs have no steps to spare.
std::vector<Jump> restart_jumps(const SigmaRun& run) {
  const auto steps = static_cast<int64_t>(run.steps());
  const int64_t times = steps >= 36 ? 2 : steps >= 20 ? 1 : 0;
  const int64_t again = steps >= 36 ? steps / 4 : 9;
  auto sigmas = run.sigmas;
  if (times > 0) {
    sigmas = karras_sigmas(run.sigmas.front(), run.sigmas[run.steps() - 1], steps - again * times);
    sigmas.push_back(0);
  }
  std::vector<Jump> jumps;
  const size_t low = nearest_index(sigmas, 0.1), high = nearest_index(sigmas, 2);
  for (size_t i = 0; i + 1 < sigmas.size(); ++i) {
    jumps.push_back({sigmas[i], sigmas[i + 1]});
    if (i + 1 != low || high >= low || times == 0) continue;
    const auto way = karras_sigmas(sigmas[high], sigmas[low], again + 1);
    for (int64_t n = 0; n < times; ++n)
      for (size_t j = 0; j + 1 < way.size(); ++j) jumps.push_back({way[j], way[j + 1]});
  }
  return jumps;
}

}  // namespace

/// Heun's method, arXiv 2206.00364, algorithm 1; equals diffusers' HeunDiscreteScheduler without clip_sample.
torch::Tensor sample_heun(const SigmaRun& run, torch::Tensor x) {
  for (size_t i = 0; i < run.steps(); ++i) {
    const double sigma = run.sigmas[i], next = run.sigmas[i + 1];
    x = run.end_step(heun_step(run, x, sigma, next), next);
  }
  return x;
}

/// Restart sampling, arXiv 2306.14878, algorithm 1, on Heun steps: part of the way is gone again from where
/// fresh noise has brought x back up.
torch::Tensor sample_restart(const SigmaRun& run, torch::Tensor x) {
  double level = run.sigmas.front();
  for (const auto& [from, to] : restart_jumps(run)) {
    if (from > level) x = x + run.fresh_noise() * std::sqrt(from * from - level * level);
    x = run.end_step(heun_step(run, x, from, to), to);
    level = to;
  }
  return x;
}

}  // namespace big
