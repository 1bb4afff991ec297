#include "brownian.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "sampler_runs.h"

namespace big {
namespace {

constexpr double kEnd = 14.6;

TEST(BrownianMotion, IsThatOfItsReference) {
  const BrownianMotion motion({0, (uint64_t{1} << 63) + 5}, {4, 5}, kEnd);
  const std::vector<std::tuple<double, double, std::string>> ways = {{14.6, 3.0, "14.6-3.0"},
                                                                     {3.0, 0.25, "3.0-0.25"},
                                                                     {0.25, 0.03, "0.25-0.03"},
                                                                     {0.03, 0.0, "0.03-0.0"},
                                                                     {2.0, 5.0, "2.0-5.0"}};
  for (const auto& [from, to, name] : ways) {
    const auto expected = test::sampler_references().tensor("way." + name);
    EXPECT_LE((motion.way(from, to) - expected).abs().max().item<double>(), 1e-5) << name;
  }
}

TEST(BrownianMotion, WaysAddUp) {
  const BrownianMotion motion({7}, {3}, kEnd);
  const auto whole = motion.way(9, 1) * std::sqrt(8.0);
  const auto parts = motion.way(9, 4) * std::sqrt(5.0) + motion.way(4, 1) * std::sqrt(3.0);
  EXPECT_TRUE(torch::allclose(whole, parts, 0, 1e-9));
  EXPECT_TRUE(torch::allclose(motion.way(9, 1), -motion.way(1, 9)));
  EXPECT_EQ(motion.way(3, 3).abs().max().item<double>(), 0);
}

TEST(BrownianMotion, WaysAreNormalAndIndependent) {
  const BrownianMotion motion({11}, {100, 200}, kEnd);
  const std::vector<double> levels = {14.6, 9, 5, 2, 0.7, 0.2, 0.06, 0.03};
  std::vector<torch::Tensor> ways;
  for (size_t i = 0; i + 1 < levels.size(); ++i)
    ways.push_back(motion.way(levels[i], levels[i + 1]).flatten());
  const auto correlations = torch::corrcoef(torch::stack(ways));
  const auto count = static_cast<int64_t>(ways.size());
  EXPECT_LE((correlations - torch::eye(count, torch::kFloat64)).abs().max().item<double>(), 0.03);
  for (const auto& way : ways) {
    EXPECT_NEAR(way.mean().item<double>(), 0, 0.03);
    EXPECT_NEAR(way.std().item<double>(), 1, 0.02);
    EXPECT_NEAR(way.pow(4).mean().item<double>(), 3, 0.3);
  }
}

TEST(BrownianMotion, APathIsAMatterOfItsSeedAlone) {
  const BrownianMotion both({7, 8}, {4, 4}, kEnd), alone({8}, {4, 4}, kEnd);
  alone.way(3, 2);
  EXPECT_TRUE(torch::equal(both.way(9, 4)[1], alone.way(9, 4)[0]));
  EXPECT_FALSE(torch::allclose(both.way(9, 4)[0], alone.way(9, 4)[0], 0, 0.1));
}

}  // namespace
}  // namespace big
