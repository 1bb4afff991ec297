#include <gtest/gtest.h>

#include <set>

#include "big/pipeline/stable_diffusion.h"
#include "diffusion/sampler_parity.h"
#include "references.h"

namespace big {
namespace {

/// The runs of tests/parity/unet_samplers.py.
class UnetSamplersParity : public testing::Test {
 protected:
  UnetSamplersParity()
      : model_(load_model(test::references("sd1") / "model")),
        file_(test::references("sd1") / "unet_samplers.safetensors") {}

  double worst(const test::SamplerRun& run, const SamplerChoice& choice) {
    const auto context = file_.tensor("context");
    const auto network = [&](const torch::Tensor& x, double t) {
      const auto told = torch::full({x.size(0)}, t, torch::kFloat32);
      return model_.unet->forward(x.to(torch::kFloat32), told, context, {}).to(x.scalar_type());
    };
    const torch::NoGradGuard no_grad;
    const auto drawn = test::draw(run, choice, network);
    EXPECT_EQ(static_cast<int64_t>(drawn.xs.size()), run.x.size(0) - 1) << run.name;
    return std::max(test::worst_difference(drawn, run), test::difference(drawn.result, run.result));
  }

  StableDiffusion model_;
  SafetensorsFile file_;
};

TEST_F(UnetSamplersParity, EveryStepOfEverySamplerIsThatOfItsReference) {
  std::set<SamplerKind> kinds;
  double worst_of_all = 0;
  for (const auto& run : test::read_sampler_runs(file_)) {
    kinds.insert(run.choice().kind);
    const double found = worst(run, run.choice());
    EXPECT_LE(found, test::kTolerance) << run.name;
    worst_of_all = std::max(worst_of_all, found);
  }
  EXPECT_EQ(kinds.size(), sampler_catalog().size());
  std::cout << "worst difference " << worst_of_all << " of max|x|\n";
}

TEST_F(UnetSamplersParity, AnotherSamplerIsNoticed) {
  for (const auto& run : test::read_sampler_runs(file_)) {
    if (run.schedule != "uniform") continue;
    const bool is_ddim = run.choice().kind == SamplerKind::kDdim;
    const SamplerKind other = is_ddim ? SamplerKind::kHeun : SamplerKind::kDdim;
    EXPECT_GT(worst(run, {other, ScheduleKind::kUniform}), test::kTolerance) << run.name;
  }
}

}  // namespace
}  // namespace big
