#pragma once

#include <cstdint>
#include <vector>

#include "big/diffusion/sampler_catalog.h"

namespace big {

// Ways down from one sigma to another in `steps` points, both ends included.

/// arXiv 2206.00364, eq. 5, rho = 7.
std::vector<double> karras_sigmas(double sigma_max, double sigma_min, int64_t steps);
/// Even in log sigma.
std::vector<double> exponential_sigmas(double sigma_max, double sigma_min, int64_t steps);
/// Log sigma as a power of an even ramp, as k-diffusion's get_sigmas_polyexponential; of the power 1, the web
/// UIs' default, it is the exponential one.
std::vector<double> polyexponential_sigmas(double sigma_max, double sigma_min, int64_t steps, double rho);
/// Quantiles of the distribution Beta(0.6, 0.6): many steps at both ends (arXiv 2407.12173, as diffusers).
std::vector<double> beta_sigmas(double sigma_max, double sigma_min, int64_t steps);

// Points of a model's table of sigmas, rising (spacing.h).

/// Even timesteps from the last one, the end at 0 left out; sigmas between timesteps by their logarithms.
std::vector<double> sgm_uniform_sigmas(const std::vector<float>& table, int64_t steps);
/// The same with the end at 0.
std::vector<double> normal_sigmas(const std::vector<float>& table, int64_t steps);
/// Every so many entries, from the last one.
std::vector<double> simple_sigmas(const std::vector<float>& table, int64_t steps);

/// arXiv 2404.14507: noise levels found best for a model, in 11 points; other numbers of points lie between
/// them, even in log sigma.
std::vector<double> align_your_steps_sigmas(AlignedModel table, int64_t steps);

/// The value below which a share p of Beta(a, a) lies; p and the result in 0 ... 1.
double symmetric_beta_quantile(double p, double a);

}  // namespace big
