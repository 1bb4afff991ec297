// LoRAs out of the differences of two models, and into one.
#include "big/pipeline/extract_lora.h"

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/networks/adapted_layer.h"
#include "big/pipeline/lora.h"
#include "big/pipeline/merge_loras.h"
#include "big/weights/lora_writer.h"
#include "references.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

StableDiffusion load() { return load_model(test::references("sd1") / "model", {torch::kCPU, torch::kFloat64}); }

/// Adds to each layer of the UNet's middle a change of rank 3; returns them by path.
std::map<std::string, torch::Tensor> change_middle(StableDiffusion& model) {
  const torch::NoGradGuard no_grad;
  auto generator = at::detail::createCPUGenerator(3);
  std::map<std::string, torch::Tensor> changes;
  for (auto& [path, layer] : adapted_layers(*model.unet)) {
    if (!path.starts_with("mid_block.")) continue;
    auto& weight = layer->base_weight();
    const auto columns = weight[0].numel();
    const auto up = torch::randn({weight.size(0), 3}, generator, torch::kFloat64);
    const auto down = torch::randn({3, columns}, generator, torch::kFloat64);
    changes[path] = 0.01 * up.mm(down);
    weight.set_data(weight + changes[path].view_as(weight));
  }
  return changes;
}

TEST(ExtractLora, OfEnoughRankKeepsEverything) {
  const auto base = load();
  auto tuned = load();
  const auto changes = change_middle(tuned);
  const auto extracted = extract_lora(base, tuned, 3);
  EXPECT_EQ(extracted.lora.modules.size(), changes.size());
  EXPECT_LT(extracted.parts.at("unet").relative_error(), 1e-6);
  for (const auto& module : extracted.lora.modules) {
    const auto product = module.up.flatten(1).mm(module.down.flatten(1)).to(torch::kFloat64);
    EXPECT_LT((product - changes.at(module.path)).norm().item<double>(), 1e-5 * changes.at(module.path).norm().item<double>())
        << module.path;
    EXPECT_EQ(module.alpha, 3);
  }
}

TEST(ExtractLora, OfLessRankLosesTheSmallestSingularValues) {
  const auto base = load();
  auto tuned = load();
  double lost = 0, all = 0;
  for (const auto& [path, change] : change_middle(tuned)) {
    const auto values = std::get<1>(at::linalg_svd(change, /*full_matrices=*/false));
    lost += values.slice(0, 2).square().sum().item<double>();
    all += values.square().sum().item<double>();
  }
  const auto found = extract_lora(base, tuned, 2).parts.at("unet");
  EXPECT_NEAR(found.lost, lost, 1e-6 * lost);
  EXPECT_NEAR(found.change, all, 1e-9 * all);
  EXPECT_NEAR(found.relative_error(), std::sqrt(lost / all), 1e-6);
}

TEST(ExtractLora, CountsWhatNoLoraReaches) {
  const auto base = load();
  auto tuned = load();
  change_middle(tuned);
  const double before = extract_lora(base, tuned, 3).parts.at("unet").lost;
  const torch::NoGradGuard no_grad;
  tuned.unet->parameter("conv_norm_out.weight").add_(2);
  const auto after = extract_lora(base, tuned, 3).parts.at("unet");
  const double norms = 4.0 * static_cast<double>(base.unet->parameter("conv_norm_out.weight").numel());
  EXPECT_NEAR(after.lost - before, norms, 1e-6 * norms);
}

TEST(ExtractLora, ModelsThatDoNotFitAreRefused) {
  const auto base = load(), same = load();
  EXPECT_NE(error_of<InputError>([&] { extract_lora(base, same, 2); }).find("nothing to extract"), std::string::npos);
  const auto other = load_model(test::references("sdxl") / "model");
  EXPECT_NE(error_of<InputError>([&] { extract_lora(base, other, 2); }).find("one family"), std::string::npos);
  EXPECT_THROW(extract_lora(base, same, 0), UsageError);
}

TEST(SaveMerged, PutsALoraIntoTheWeightsAndLinksTheRest) {
  const TempDir dir;
  const fs::path base = test::references("sd1") / "model", file = dir.path() / "lora.safetensors";
  const auto model = load_model(base);
  auto tuned = load_model(base);
  const auto targets = lora_targets(model);
  {
    auto exact = load();
    change_middle(exact);
    const auto extracted = extract_lora(load(), exact, 3);
    write_lora(file, extracted.lora, LoraFormat::kKohya, targets, {});
  }
  StagedFolder staged(dir.path() / "merged");
  save_merged(base, {{file, {"x", 1, 0.5}}}, staged.path());
  staged.commit();

  apply_loras(tuned, {{file, {"x", 1, 0.5}}});
  auto merged = load_model(dir.path() / "merged");
  const auto expected = tuned.unet->parameters(), found = merged.unet->parameters(), plain = model.unet->parameters();
  size_t changed = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(torch::equal(found[i], expected[i]));
    changed += torch::equal(found[i], plain[i]) ? 0 : 1;
  }
  EXPECT_GT(changed, 10u);
  EXPECT_TRUE(fs::equivalent(dir.path() / "merged/text_encoder/model.safetensors", base / "text_encoder/model.safetensors"))
      << "no LoRA of it, no copy";
}

}  // namespace
}  // namespace big
