#include "adamw_8bit.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <map>

#include "big/core/json.h"
#include "big/core/text.h"
#include "training/reference_run.h"

namespace big {
namespace {

/// Updates recorded by tests/parity/optimizers.py in numpy.
class Recorded {
 public:
  Recorded() : file_(reference_folder("sd1") / "optimizer_adamw8bit.safetensors") {
    const Json given = parse_json(file_.metadata().at("options"), "optimizer_adamw8bit");
    options = {given.at("beta1"), given.at("beta2"), given.at("weight_decay"), given.at("eps")};
    rate = given.at("lr");
  }
  torch::Tensor operator()(const std::string& name, int64_t update) const {
    return file_.tensor(concat(name, '.', update)).clone();
  }
  /// The optimiser's state after `update` updates.
  NamedTensors state(int64_t update) const {
    NamedTensors state = {{"step", torch::full({}, update, torch::kInt64)}};
    for (const std::string moment : {"exp_avg", "exp_avg_sq"})
      for (const std::string part : {".codes", ".scales"})
        state.emplace_back(concat("w.", moment, part), (*this)(moment + part, update));
    return state;
  }

  AdamWOptions options;
  double rate = 0;

 private:
  SafetensorsFile file_;
};

/// Codes that differ although their number does not lie in the middle between two of them, and whether any
/// code is off by more than one.
int64_t wrong_codes(const torch::Tensor& ours,
                    const torch::Tensor& theirs,
                    const torch::Tensor& numbers,
                    CodeRange range) {
  const auto values = DynamicCodes(range).values().to(torch::kFloat64);
  const auto a = ours.to(torch::kInt64), b = theirs.to(torch::kInt64);
  const auto scaled = numbers.to(torch::kFloat64) / numbers.abs().amax(1, true).to(torch::kFloat64);
  const auto middle = (values.index({a}) + values.index({b})) / 2;
  const auto at_boundary = ((scaled - middle).abs() <= 1e-5 * middle.abs()) & ((a - b).abs() == 1);
  return ((a != b) & ~at_boundary).sum().item<int64_t>();
}

struct Outcome {
  int64_t wrong = 0, equal = 0, all = 0;
  double weights_off = 0;
};

/// Each recorded update alone, from the recorded state before it.
Outcome repeat_updates(const Recorded& recorded, const AdamWOptions& options) {
  Outcome outcome;
  for (int64_t update = 1; update <= 20; ++update) {
    auto weights = recorded("weights", update - 1);
    weights.requires_grad_(true);
    AdamW8Bit optimizer({{{{"w", weights}}, recorded.rate}}, options);
    if (update > 1) optimizer.load_state(recorded.state(update - 1), "the record");
    weights.mutable_grad() = recorded("gradient", update);
    optimizer.step(1);

    const auto after = optimizer.state();
    const std::map<std::string, torch::Tensor> state(after.begin(), after.end());
    for (const std::string moment : {"exp_avg", "exp_avg_sq"}) {
      const auto& ours = state.at("w." + moment + ".codes");
      const auto theirs = recorded(moment + ".codes", update);
      const auto range = moment == "exp_avg" ? CodeRange::kSigned : CodeRange::kUnsigned;
      outcome.wrong += wrong_codes(ours, theirs, recorded(moment, update), range);
      outcome.equal += (ours == theirs).sum().item<int64_t>();
      outcome.all += ours.numel();
      const auto scales = recorded(moment + ".scales", update);
      if (!torch::allclose(state.at("w." + moment + ".scales"), scales, 1e-6, 0)) outcome.wrong += scales.numel();
    }
    const auto moved = recorded("weights", update) - recorded("weights", update - 1);
    const auto off = (weights.detach() - recorded("weights", update)).norm() / moved.norm();
    outcome.weights_off = std::max(outcome.weights_off, off.item<double>());
  }
  return outcome;
}

TEST(AdamW8Bit, CodesEqualNumpysButAtRoundingBoundaries) {
  const Recorded recorded;
  const auto outcome = repeat_updates(recorded, recorded.options);
  EXPECT_EQ(outcome.wrong, 0);
  EXPECT_GT(static_cast<double>(outcome.equal), 0.999 * static_cast<double>(outcome.all));
  EXPECT_LT(outcome.weights_off, 1e-4);
}

TEST(AdamW8Bit, TheComparisonFindsAnotherBeta) {
  const Recorded recorded;
  auto wrong = recorded.options;
  wrong.beta1 = 0.89;
  EXPECT_GT(repeat_updates(recorded, wrong).wrong, 1000);
}

TEST(DynamicCodes, KeepSignsAndSurviveBlocksOfZeros) {
  const DynamicCodes codes(CodeRange::kSigned);
  auto numbers = torch::zeros({2, kQuantizationBlock});
  numbers[1][0] = 1;
  numbers[1][1] = -1e-9;
  numbers[1][2] = -1;
  auto packed = torch::zeros({2, kQuantizationBlock}, torch::kUInt8), scales = torch::zeros({2});
  codes.encode(numbers, packed, scales);
  const auto unpacked = codes.decode(packed, scales);
  EXPECT_EQ(unpacked[0].abs().max().item<float>(), 0);
  EXPECT_EQ(unpacked[1][0].item<float>(), 1);
  EXPECT_LT(unpacked[1][1].item<float>(), 0);
  EXPECT_NEAR(unpacked[1][2].item<float>(), -1, 0.01);
}

TEST(DynamicCodes, AreOffByLittleOfTheNumberOverFourPowersOfTen) {
  torch::manual_seed(1);
  const DynamicCodes codes(CodeRange::kUnsigned);
  auto numbers = torch::pow(10.0, -3 * torch::rand({64, kQuantizationBlock}));
  auto packed = torch::zeros({64, kQuantizationBlock}, torch::kUInt8), scales = torch::zeros({64});
  codes.encode(numbers, packed, scales);
  const auto off = ((codes.decode(packed, scales) - numbers) / numbers).abs();
  EXPECT_LT(off.mean().item<double>(), 0.03);
}

}  // namespace
}  // namespace big
