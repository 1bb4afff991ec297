#pragma once

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace big {

/// The folder that tests/parity/make_references.py has filled for a model family (sd1, sd2, starter).
inline std::filesystem::path references(const std::string& family) {
  const char* build = std::getenv("BIG_TEST_BINARY_DIR");
  return std::filesystem::path(build ? build : ".") / "references" / family;
}

/// The largest difference in units of the reference's largest element; infinite where a number is not finite.
inline double relative_difference(const torch::Tensor& ours, const torch::Tensor& reference) {
  const auto difference =
      (ours.to(torch::kFloat64) - reference.to(torch::kFloat64)).abs().max().item<double>();
  const auto scale = reference.to(torch::kFloat64).abs().max().item<double>();
  if (!std::isfinite(difference) || !std::isfinite(scale)) return INFINITY;
  return difference == 0 ? 0 : difference / scale;
}

/// Passes where shapes are equal and max|ours - reference| <= tolerance * max|reference|.
inline testing::AssertionResult matches(const torch::Tensor& ours,
                                        const torch::Tensor& reference,
                                        double tolerance) {
  if (ours.sizes() != reference.sizes()) {
    return testing::AssertionFailure()
           << "shape " << ours.sizes() << ", the reference has " << reference.sizes();
  }
  if (reference.numel() == 0) return testing::AssertionSuccess();
  const double difference = relative_difference(ours, reference);
  if (difference <= tolerance) return testing::AssertionSuccess() << "differs by " << difference;
  return testing::AssertionFailure() << "differs by " << difference << " of the largest element, allowed "
                                     << tolerance;
}

}  // namespace big
