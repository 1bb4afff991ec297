#include <torch/types.h>

#include <array>
#include <cmath>

#include "sampler_run.h"
#include "solver_options.h"

namespace big {
namespace {

/// Gauss and Legendre's eight points: exact for the polynomials of LMS, to rounding for DEIS.
double integral(const std::function<double(double)>& f, double from, double to) {
  constexpr std::array<std::pair<double, double>, 4> kPoints = {{{0.1834346424956498, 0.3626837833783620},
                                                                 {0.5255324099163290, 0.3137066458778873},
                                                                 {0.7966664774136267, 0.2223810344533745},
                                                                 {0.9602898564975363, 0.1012285362903763}}};
  const double middle = (from + to) / 2, half = (to - from) / 2;
  double sum = 0;
  for (const auto& [point, weight] : kPoints)
    sum += weight * (f(middle - half * point) + f(middle + half * point));
  return sum * half;
}

/// What the k-th of the points (the newest first) is worth in the integral of `density` times the polynomial
/// through all of them, from the newest on to `end`.
double weight_of(size_t k,
                 const std::vector<double>& points,
                 double end,
                 const std::function<double(double)>& density) {
  const auto lagrange = [&](double at) {
    double product = density(at);
    for (size_t j = 0; j < points.size(); ++j)
      if (j != k) product *= (at - points[j]) / (points[k] - points[j]);
    return product;
  };
  return integral(lagrange, points.front(), end);
}

/// The run's last slopes dx / dsigma and where they were, the newest first.
class History {
 public:
  void add(double point, torch::Tensor slope) {
    points_.insert(points_.begin(), point);
    slopes_.insert(slopes_.begin(), std::move(slope));
  }
  /// Forgets all but `count`, and what lies where a newer one does (rounded timesteps of very long runs).
  void keep(size_t count) {
    size_t kept = 1;
    while (kept < std::min(count, points_.size()) && points_[kept] > points_[kept - 1]) ++kept;
    points_.resize(kept);
    slopes_.resize(kept);
  }
  /// The integral of the slope to `end`.
  torch::Tensor way_to(double end, const std::function<double(double)>& density) const {
    auto sum = slopes_[0] * weight_of(0, points_, end, density);
    for (size_t k = 1; k < points_.size(); ++k) sum = sum + slopes_[k] * weight_of(k, points_, end, density);
    return sum;
  }

 private:
  std::vector<double> points_;
  std::vector<torch::Tensor> slopes_;
};

}  // namespace

/// The linear multistep method of Adams and Bashforth on uneven sigmas, of order 4, as k-diffusion's
/// sample_lms; equals diffusers' LMSDiscreteScheduler.
torch::Tensor sample_lms(const SigmaRun& run, torch::Tensor x) {
  constexpr size_t kOrder = 4;
  History history;
  for (size_t i = 0; i < run.steps(); ++i) {
    const double sigma = run.sigmas[i], next = run.sigmas[i + 1];
    history.add(sigma, (x - run.denoised(x, sigma)) / sigma);
    history.keep(kOrder);
    x = run.end_step(x + history.way_to(next, [](double) { return 1.0; }), next);
  }
  return x;
}

/// Diffusion exponential integrator sampler, arXiv 2204.13902 (tAB-DEIS in log rho): the same with a
/// polynomial in log sigma; equals diffusers' DEISMultistepScheduler of order 1 to 3.
torch::Tensor sample_deis(const SigmaRun& run, torch::Tensor x) {
  constexpr size_t kShortRun = 15;  // diffusers: towards the end of shorter ones lower orders are steadier
  check_solver_order(run.config, 3);
  const bool steady = run.config.lower_order_final && run.whole_steps() < kShortRun;
  History history;
  for (size_t i = 0; i < run.steps(); ++i) {
    const double sigma = run.sigmas[i];
    const auto order = static_cast<size_t>(run.config.solver_order), left = run.steps() - i;
    history.add(std::log(sigma), (x - run.denoised(x, sigma)) / sigma);
    history.keep(order);
    auto used = history;
    used.keep(steady ? std::min(order, left) : order);
    const double next = run.sigmas[i + 1];
    x = run.end_step(x + used.way_to(std::log(next), [](double u) { return std::exp(u); }), next);
  }
  return x;
}

}  // namespace big
