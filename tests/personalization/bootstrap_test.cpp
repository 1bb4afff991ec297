#include "bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace big {
namespace {

TEST(Bootstrap, IntervalOfAMeanIsAboutTwoStandardErrors) {
  std::vector<double> values(400);
  for (size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<double>(i * i));  // mean 0, variance 1/2
  const auto mean = [&](const std::vector<int64_t>& at) {
    double sum = 0;
    for (const int64_t i : at) sum += values[static_cast<size_t>(i)];
    return sum / static_cast<double>(at.size());
  };
  const Estimate found = bootstrap(400, mean);
  EXPECT_NEAR(found.value, std::accumulate(values.begin(), values.end(), 0.0) / 400, 1e-12);
  const double standard_error = std::sqrt(0.5 / 400);
  EXPECT_NEAR(found.high - found.low, 2 * 1.96 * standard_error, 0.4 * standard_error);
  EXPECT_LT(found.low, found.value);
  EXPECT_GT(found.high, found.value);
  EXPECT_EQ(bootstrap(400, mean).low, found.low) << "the same each time";
}

TEST(Bootstrap, OfOneNumberIsThatNumber) {
  const Estimate found = bootstrap(1, [](const auto&) { return 3.0; });
  EXPECT_EQ(found.low, 3);
  EXPECT_EQ(found.high, 3);
}

}  // namespace
}  // namespace big
