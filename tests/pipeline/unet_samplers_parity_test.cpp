#include <gtest/gtest.h>

#include "big/networks/unet_2d_condition.h"
#include "big/weights/state_dict.h"
#include "diffusion/sampler_parity.h"
#include "references.h"

namespace big {
namespace {

/// The runs of tests/parity/unet_samplers.py.
class UnetSamplersParity : public testing::Test {
 protected:
  UnetSamplersParity() : file_(test::references("sd1") / "unet_samplers.safetensors") {
    load_weights(*unet_, folder_, "diffusion_pytorch_model");
  }

  double worst(const test::SamplerRun& run, const SamplerChoice& choice) {
    const auto network = [&](const torch::Tensor& x, double t) {
      const auto told = torch::full({x.size(0)}, t, torch::kFloat32);
      return unet_->forward(x.to(torch::kFloat32), told, context_).to(x.scalar_type());
    };
    const torch::NoGradGuard no_grad;
    const auto drawn = test::draw(run, choice, network);
    EXPECT_EQ(static_cast<int64_t>(drawn.xs.size()), run.x.size(0) - 1) << run.name;
    return std::max(test::worst_difference(drawn, run), test::difference(drawn.result, run.result));
  }

  const std::filesystem::path folder_ = test::references("sd1") / "sampler_unet";
  const Json config_ = read_json(folder_ / "config.json");
  UNet2DCondition unet_{UNet2DConditionConfig::from_json(config_, folder_.string())};
  SafetensorsFile file_;
  const torch::Tensor context_ = file_.tensor("context");
};

TEST_F(UnetSamplersParity, EveryStepOfEverySamplerOnEveryScheduleIsThatOfItsReference) {
  double worst_of_all = 0;
  const auto runs = test::read_sampler_runs(file_);
  test::expect_every_combination(runs);
  for (const auto& run : runs) {
    const double found = worst(run, run.choice());
    EXPECT_LE(found, test::kTolerance) << run.name;
    worst_of_all = std::max(worst_of_all, found);
  }
  std::cout << runs.size() << " runs, worst difference " << worst_of_all << " of max|x|\n";
}

TEST_F(UnetSamplersParity, AnotherSamplerIsNoticed) {
  for (const auto& run : test::read_sampler_runs(file_)) {
    if (run.schedule != "uniform" || run.config.prediction_type != PredictionType::kV) continue;
    const bool is_ddim = run.choice().kind == SamplerKind::kDdim;
    const SamplerKind other = is_ddim ? SamplerKind::kHeun : SamplerKind::kDdim;
    EXPECT_GT(worst(run, {other, ScheduleKind::kUniform}), test::kTolerance) << run.name;
  }
}

}  // namespace
}  // namespace big
