#include "sigma_curves.h"

#include <algorithm>
#include <cmath>

namespace big {
namespace {

/// 0 ... 1 in `steps` even points; one point alone is 0.
std::vector<double> even_ramp(int64_t steps) {
  std::vector<double> ramp;
  for (int64_t i = 0; i < steps; ++i)
    ramp.push_back(steps > 1 ? static_cast<double>(i) / static_cast<double>(steps - 1) : 0.0);
  return ramp;
}

template <class Function>
std::vector<double> along_ramp(int64_t steps, const Function& value) {
  auto points = even_ramp(steps);
  std::transform(points.begin(), points.end(), points.begin(), value);
  return points;
}

/// At share w of the way through the values, straight between their logarithms.
template <class Number>
double log_interpolated(const std::vector<Number>& values, double w) {
  const double at = w * static_cast<double>(values.size() - 1);
  const auto low = static_cast<size_t>(at), high = std::min(low + 1, values.size() - 1);
  const double inside = at - static_cast<double>(low);
  return std::exp((1 - inside) * std::log(static_cast<double>(values[low])) +
                  inside * std::log(static_cast<double>(values[high])));
}

/// The integral of t^(a-1) (1-t)^(a-1) from 0 to x <= 1/2, as a series in x.
double lower_beta(double x, double a) {
  constexpr double kNegligible = 1e-17;
  double term = 1, sum = 1 / a;  // (1-a)_n / n! x^n
  for (int n = 1; std::abs(term) > kNegligible; ++n) {
    term *= (n - a) / n * x;
    sum += term / (a + n);
  }
  return std::pow(x, a) * sum;
}

}  // namespace

std::vector<double> karras_sigmas(double sigma_max, double sigma_min, int64_t steps) {
  constexpr double kRho = 7;
  const double from = std::pow(sigma_max, 1 / kRho), to = std::pow(sigma_min, 1 / kRho);
  return along_ramp(steps, [=](double w) { return std::pow(from + w * (to - from), kRho); });
}

std::vector<double> exponential_sigmas(double sigma_max, double sigma_min, int64_t steps) {
  return polyexponential_sigmas(sigma_max, sigma_min, steps, 1);
}

std::vector<double> polyexponential_sigmas(double sigma_max, double sigma_min, int64_t steps, double rho) {
  const double low = std::log(sigma_min), range = std::log(sigma_max) - low;
  return along_ramp(steps, [=](double w) { return std::exp(low + std::pow(1 - w, rho) * range); });
}

std::vector<double> beta_sigmas(double sigma_max, double sigma_min, int64_t steps) {
  constexpr double kAlpha = 0.6;
  return along_ramp(steps, [=](double w) {
    return sigma_min + symmetric_beta_quantile(1 - w, kAlpha) * (sigma_max - sigma_min);
  });
}

std::vector<double> normal_sigmas(const std::vector<float>& table, int64_t steps) {
  return along_ramp(steps, [&](double w) { return log_interpolated(table, 1 - w); });
}

std::vector<double> sgm_uniform_sigmas(const std::vector<float>& table, int64_t steps) {
  auto sigmas = normal_sigmas(table, steps + 1);
  sigmas.pop_back();
  return sigmas;
}

std::vector<double> simple_sigmas(const std::vector<float>& table, int64_t steps) {
  const double stride = static_cast<double>(table.size()) / static_cast<double>(steps);
  std::vector<double> sigmas;
  for (int64_t i = 0; i < steps; ++i)
    sigmas.push_back(table[table.size() - 1 - static_cast<size_t>(static_cast<double>(i) * stride)]);
  return sigmas;
}

std::vector<double> align_your_steps_sigmas(AlignedModel table, int64_t steps) {
  static const std::vector<double> kSd = {14.615, 6.475, 3.861, 2.697, 1.886, 1.396,
                                          0.963,  0.652, 0.399, 0.152, 0.029};
  static const std::vector<double> kSdxl = {14.615, 6.315, 3.771, 2.181, 1.342, 0.862,
                                            0.555,  0.380, 0.234, 0.113, 0.029};
  const auto& values = table == AlignedModel::kStableDiffusionXl ? kSdxl : kSd;
  return along_ramp(steps, [&](double w) { return log_interpolated(values, w); });
}

double symmetric_beta_quantile(double p, double a) {
  if (p > 0.5) return 1 - symmetric_beta_quantile(1 - p, a);
  const double wanted = p * 2 * lower_beta(0.5, a);
  double low = 0, high = 0.5;
  constexpr int kHalvings = 100;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (lower_beta(middle, a) < wanted ? low : high) = middle;
  }
  return low;
}

}  // namespace big
