#include <torch/types.h>

#include <cmath>

#include "sampler_run.h"
#include "solver_options.h"

namespace big {
namespace {

/// Clean latents that the network saw at a level, lambda = -log sigma.
struct Seen {
  double lambda;
  torch::Tensor x0;
};

/// Multistep update in lambda from the newest of `past` on by h: with `ahead` (clean latents at the end)
/// UniC, without it UniP, arXiv 2302.04867, algorithms 1 and 2 on clean latents.
struct Update {
  const std::vector<Seen>& past;  ///< the newest first
  int64_t order;
  double h;
  double b_h;  ///< B(h) of the paper
};

/// What the differences to the newest clean latents, seen at the shares r of the step, are worth (equation 5:
/// the update shall be exact for polynomials).
std::vector<double> difference_weights(const std::vector<double>& r, const Update& update) {
  if (r.size() == 1) return {0.5};
  const auto n = static_cast<int64_t>(r.size());
  auto powers = torch::empty({n, n}, torch::kFloat64), b = torch::empty({n}, torch::kFloat64);
  const double hh = -update.h;
  double phi = std::expm1(hh) / hh - 1, factorial = 1;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k < n; ++k)
      powers[i][k] = std::pow(r[static_cast<size_t>(k)], static_cast<double>(i));
    b[i] = phi * factorial / update.b_h;
    factorial *= static_cast<double>(i + 2);
    phi = phi / hh - 1 / factorial;
  }
  const auto weights = torch::linalg_solve(powers, b);
  return {weights.data_ptr<double>(), weights.data_ptr<double>() + n};
}

torch::Tensor updated(const Update& update, const torch::Tensor& x, const torch::Tensor& ahead) {
  const auto& newest = update.past.front();
  std::vector<double> r;
  std::vector<torch::Tensor> differences;
  for (size_t k = 1; k < static_cast<size_t>(update.order); ++k) {
    r.push_back((update.past[k].lambda - newest.lambda) / update.h);
    differences.push_back((update.past[k].x0 - newest.x0) / r.back());
  }
  if (ahead.defined()) {
    r.push_back(1);
    differences.push_back(ahead - newest.x0);
  }
  auto result = std::exp(-update.h) * x - std::expm1(-update.h) * newest.x0;
  if (r.empty()) return result;
  const auto weights = difference_weights(r, update);
  for (size_t k = 0; k < r.size(); ++k) result = result - (update.b_h * weights[k]) * differences[k];
  return result;
}

/// As many of the newest as stand at different levels: in very long runs rounded timesteps coincide.
int64_t distinct(const std::vector<Seen>& past, int64_t order) {
  int64_t count = 1;
  while (count < order &&
         past[static_cast<size_t>(count)].lambda < past[static_cast<size_t>(count - 1)].lambda)
    ++count;
  return count;
}

}  // namespace

/// UniPC, arXiv 2302.04867: a multistep prediction, corrected once the network has seen where it led to;
/// equals diffusers' UniPCMultistepScheduler (predict_x0).
torch::Tensor sample_unipc(const SigmaRun& run, torch::Tensor x) {
  constexpr int64_t kMostOrder = 3;
  const auto& config = run.config;
  check_solver_order(config, kMostOrder);
  const auto update_of = [&](const std::vector<Seen>& past, int64_t order, double h) {
    return Update{past, order, h, config.solver_type == "bh1" ? -h : std::expm1(-h)};
  };

  std::vector<Seen> past;
  torch::Tensor last_x;
  int64_t last_order = 1;
  for (size_t i = 0; i < run.steps(); ++i) {
    const double lambda = -std::log(run.sigmas[i]), next = -std::log(run.sigmas[i + 1]);
    const auto x0 = run.denoised(x, run.sigmas[i]);
    if (i > 0 && lambda > past.front().lambda)
      x = updated(update_of(past, last_order, lambda - past.front().lambda), last_x, x0);
    past.insert(past.begin(), {lambda, x0});
    if (past.size() > static_cast<size_t>(kMostOrder)) past.pop_back();

    const auto known = static_cast<int64_t>(past.size()), left = static_cast<int64_t>(run.steps() - i);
    const auto most = config.lower_order_final ? std::min(config.solver_order, left) : config.solver_order;
    const bool to_the_end = run.sigmas[i + 1] == 0 || next <= lambda;
    last_order = to_the_end ? 1 : distinct(past, std::min(most, known));
    last_x = x;
    x = run.end_step(updated(update_of(past, last_order, next - lambda), x, {}), run.sigmas[i + 1]);
  }
  return x;
}

}  // namespace big
