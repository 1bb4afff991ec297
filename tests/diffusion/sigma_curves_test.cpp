#include "sigma_curves.h"

#include <gtest/gtest.h>

#include "sampler_runs.h"

namespace big {
namespace {

TEST(SigmaCurves, KarrasNumbersAreThoseOfTheField) {
  const auto sigmas = karras_sigmas(14.6146412, 0.0291672, 10);
  const std::vector<double> expected = {14.6146, 9.1029, 5.4784, 3.1686, 1.7494,
                                        0.9141,  0.4469, 0.2014, 0.0819, 0.0292};
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(sigmas[i], expected[i], 6e-5) << i;
}

TEST(SigmaCurves, QuantilesOfTheBetaDistributionAreScipys) {
  const auto expected = test::sampler_references().tensor("beta_quantiles");
  for (int64_t i = 0; i <= 32; ++i)
    EXPECT_NEAR(symmetric_beta_quantile(static_cast<double>(i) / 32, 0.6), expected[i].item<double>(), 1e-12)
        << i;
}

TEST(SigmaCurves, BothEndsAreIncludedAndOnePointIsTheFirst) {
  for (const auto curve : {karras_sigmas, exponential_sigmas, beta_sigmas}) {
    const auto sigmas = curve(10, 0.1, 6);
    EXPECT_NEAR(sigmas.front(), 10, 1e-9);
    EXPECT_NEAR(sigmas.back(), 0.1, 1e-9);
    EXPECT_TRUE(std::is_sorted(sigmas.rbegin(), sigmas.rend()));
    EXPECT_NEAR(curve(10, 0.1, 1).front(), 10, 1e-9);
  }
}

TEST(SigmaCurves, AHigherPowerOfThePolynomialHurriesThroughMuchNoise) {
  const auto even = polyexponential_sigmas(10, 0.1, 5, 1), fast = polyexponential_sigmas(10, 0.1, 5, 2);
  EXPECT_NEAR(even[2], 1, 1e-9);
  EXPECT_LT(fast[2], even[2]);
}

TEST(SigmaCurves, AlignedLevelsAreTheirTableAtElevenPoints) {
  EXPECT_NEAR(align_your_steps_sigmas(AlignedModel::kStableDiffusion, 11)[1], 6.475, 1e-9);
  EXPECT_NEAR(align_your_steps_sigmas(AlignedModel::kStableDiffusionXl, 11)[1], 6.315, 1e-9);
  EXPECT_NEAR(align_your_steps_sigmas(AlignedModel::kStableDiffusion, 21)[1], std::sqrt(14.615 * 6.475),
              1e-9);
}

}  // namespace
}  // namespace big
