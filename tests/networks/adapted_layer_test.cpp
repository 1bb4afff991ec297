#include "big/networks/adapted_layer.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/weights/state_dict.h"
#include "layers.h"
#include "support/parity.h"
#include "tiny_networks.h"

namespace big {
namespace {

torch::Tensor draw(std::vector<int64_t> shape) { return torch::randn(shape, torch::kFloat64); }

/// One kind of layer with an adapter that fits it.
struct Case {
  std::string name;
  std::function<std::pair<std::shared_ptr<Module>, AdaptedLayer*>()> layer;
  LowRankTensors tensors;
  torch::Tensor input;
};

template <class Holder>
auto maker(std::function<Holder()> make) {
  return [make] {
    Holder layer = make();
    initialize(*layer);
    layer->to(torch::kFloat64);
    return std::pair<std::shared_ptr<Module>, AdaptedLayer*>(layer.ptr(), layer.get());
  };
}

std::vector<Case> cases() {
  torch::manual_seed(3);
  const auto flat = maker<Linear>([] { return linear(6, 5); });
  const auto unbiased = maker<Linear>([] { return linear(6, 5, Bias::kNo); });
  const auto strided = maker<Conv2d>([] { return conv_3x3(4, 6, 2); });
  const auto point = maker<Conv2d>([] { return conv_1x1(4, 6); });
  const auto tokens = draw({2, 3, 6}), picture = draw({2, 4, 7, 6});
  const auto positive = [](std::vector<int64_t> shape) { return draw(shape).abs() + 0.5; };
  return {
      {"linear", flat, {.down = draw({2, 6}), .up = draw({5, 2}), .alpha = 3}, tokens},
      {"convolution", strided, {.down = draw({2, 4, 3, 3}), .up = draw({6, 2, 1, 1}), .alpha = 1}, picture},
      {"1x1 convolution", point, {.down = draw({3, 4, 1, 1}), .up = draw({6, 3, 1, 1}), .alpha = 3}, picture},
      {"middle",
       strided,
       {.down = draw({2, 4, 1, 1}), .up = draw({6, 2, 1, 1}), .mid = draw({2, 2, 3, 3}), .alpha = 2},
       picture},
      {"linear by output",
       unbiased,
       {.down = draw({2, 6}), .up = draw({5, 2}), .magnitude = positive({5, 1}), .alpha = 3},
       tokens},
      {"linear by input",
       flat,
       {.down = draw({2, 6}), .up = draw({5, 2}), .magnitude = positive({1, 6}), .alpha = 3},
       tokens},
      {"convolution by output",
       strided,
       {.down = draw({2, 4, 3, 3}),
        .up = draw({6, 2, 1, 1}),
        .magnitude = positive({6, 1, 1, 1}),
        .alpha = 4},
       picture},
      {"convolution by input",
       strided,
       {.down = draw({2, 4, 3, 3}),
        .up = draw({6, 2, 1, 1}),
        .magnitude = positive({1, 4, 1, 1}),
        .alpha = 4},
       picture},
      {"LoHa",
       flat,
       {.down = draw({2, 6}), .up = draw({5, 2}), .down_2 = draw({3, 6}), .up_2 = draw({5, 3}), .alpha = 3},
       tokens},
      {"LoKr",
       strided,
       {.down = draw({2, 2, 3, 3}), .up = draw({3, 2, 1, 1}), .outer = draw({2, 2}), .alpha = 3},
       picture},
      {"LoKr by output",
       point,
       {.down = draw({2, 1, 1, 1}),
        .up = draw({3, 2, 1, 1}),
        .outer = draw({2, 4}),
        .magnitude = positive({6, 1, 1, 1}),
        .alpha = 3},
       picture},
  };
}

torch::Tensor run(Module& module, const torch::Tensor& x) {
  if (auto* flat = dynamic_cast<LinearImpl*>(&module)) return flat->forward(x);
  return dynamic_cast<Conv2dImpl&>(module).forward(x);
}

TEST(AdaptedLayer, BesideAndMergedAreTheSame) {
  const torch::NoGradGuard no_grad;
  for (const auto& one : cases()) {
    auto [module, layer] = one.layer();
    const auto plain = run(*module, one.input);
    const std::vector<WeightedAdapter> adapters = {{LowRank(one.tensors), 0.7}, {LowRank(one.tensors), -0.2}};
    for (const auto& adapter : adapters) layer->attach(adapter);
    const auto beside = run(*module, one.input);
    layer->detach_adapters();
    EXPECT_TRUE(torch::equal(run(*module, one.input), plain)) << one.name;
    merge_adapters(*layer, adapters);
    EXPECT_TRUE(matches(run(*module, one.input), beside, 1e-12)) << one.name;
    EXPECT_FALSE(matches(plain, beside, 1e-2)) << one.name << ": the adapter changes nothing";
  }
}

TEST(AdaptedLayer, TheFormulaIsThatOfThePapers) {
  const torch::NoGradGuard no_grad;
  const auto all = cases();
  auto [module, layer] = all[0].layer();
  const auto before = layer->base_weight().clone();
  const auto &down = all[0].tensors.down, &up = all[0].tensors.up;
  merge_adapters(*layer, {{LowRank(all[0].tensors), 0.5}});
  EXPECT_TRUE(matches(layer->base_weight(), before + 0.5 * 3.0 / 2.0 * up.mm(down), 1e-14));

  auto [dora_module, dora] = all[5].layer();
  const auto changed = dora->base_weight() + 3.0 / 2.0 * all[5].tensors.up.mm(all[5].tensors.down);
  merge_adapters(*dora, {{LowRank(all[5].tensors), 1}});
  EXPECT_TRUE(
      matches(dora->base_weight(), changed * all[5].tensors.magnitude / changed.norm(2, {0}, true), 1e-14));
}

TEST(AdaptedLayer, HalfWeightsAreMergedInFullPrecision) {
  const torch::NoGradGuard no_grad;
  auto layer = linear(64, 64);
  initialize(*layer);
  layer->to(torch::kFloat16);
  const auto base = layer->weight.to(torch::kFloat64);
  const LowRankTensors tensors{.down = torch::randn({16, 64}).to(torch::kFloat16),
                               .up = torch::randn({64, 16}).to(torch::kFloat16),
                               .alpha = 1};
  merge_adapters(*layer, {{LowRank(tensors), 1}});
  const auto exact = base + tensors.up.to(torch::kFloat64).mm(tensors.down.to(torch::kFloat64)) / 16;
  EXPECT_EQ(layer->weight.scalar_type(), torch::kFloat16);
  // Nothing lost but the last rounding.
  EXPECT_LE((layer->weight.to(torch::kFloat32) - exact.to(torch::kFloat32).to(torch::kFloat16))
                .abs()
                .max()
                .item<double>(),
            (exact.abs().max().item<double>()) / 1024);
  EXPECT_GT((layer->weight == exact.to(torch::kFloat16)).to(torch::kFloat32).mean().item<double>(), 0.99);
}

TEST(AdaptedLayer, GradientsReachTheAdapterAlone) {
  for (const auto& one : cases()) {
    auto [module, layer] = one.layer();
    for (auto& parameter : module->parameters()) parameter.requires_grad_(false);
    LowRank adapter(one.tensors);
    for (auto& parameter : adapter->parameters()) parameter.requires_grad_(true);
    layer->attach({adapter, 1});
    EXPECT_EQ(state_dict(*module).size(), module->parameters().size());

    run(*module, one.input).square().sum().backward();
    for (const auto& parameter : module->parameters()) EXPECT_FALSE(parameter.grad().defined()) << one.name;
    for (const auto& item : adapter->named_parameters()) {
      EXPECT_TRUE(item.second.grad().defined()) << one.name << " " << item.first;
      item.second.requires_grad_(false).mutable_grad().reset();  // the cases share their tensors
    }
  }
}

/// A whole UNet with an adapter beside each layer.
class AdaptedUNet : public testing::Test {
 protected:
  AdaptedUNet() : networks_("sd1", torch::kFloat64), layers_(adapted_layers(*networks_.unet)) {
    torch::manual_seed(4);
    for (auto& parameter : networks_.unet->parameters()) parameter.requires_grad_(false);
    for (auto& [path, layer] : layers_) {
      const auto shape = layer->base_weight().sizes().vec();
      auto down = shape, up = std::vector<int64_t>(shape.size(), 1);
      down[0] = up[1] = 2;
      up[0] = shape[0];
      adapters_.emplace_back(LowRankTensors{.down = 0.1 * draw(down), .up = 0.1 * draw(up), .alpha = 2});
      layer->attach({adapters_.back(), 1});
      for (auto& parameter : adapters_.back()->parameters()) parameter.requires_grad_(true);
    }
  }

  torch::Tensor forward() {
    torch::manual_seed(5);
    return networks_.unet->forward(draw({1, 4, 16, 16}), torch::tensor({321}), draw({1, 77, 32}));
  }

  std::vector<torch::Tensor> gradients() {
    std::vector<torch::Tensor> all;
    forward().square().sum().backward();
    for (auto& adapter : adapters_) {
      for (auto& parameter : adapter->parameters()) {
        all.push_back(parameter.grad().defined() ? parameter.grad().clone() : torch::Tensor());
        parameter.mutable_grad().reset();
      }
    }
    return all;
  }

  TinyNetworks networks_;
  std::map<std::string, AdaptedLayer*> layers_;
  std::vector<LowRank> adapters_;
};

TEST_F(AdaptedUNet, EveryLayerIsFoundByThePathOfItsWeight) {
  std::vector<std::string> expected;
  for (const auto& [name, tensor] : state_dict(*networks_.unet)) {
    const std::string path = name.substr(0, name.rfind('.'));
    if (!name.ends_with(".weight") || tensor.dim() < 2) continue;
    ASSERT_TRUE(layers_.count(path)) << path;
    EXPECT_TRUE(layers_.at(path)->base_weight().is_same(tensor));
    expected.push_back(path);
  }
  EXPECT_EQ(expected.size(), layers_.size());
}

TEST_F(AdaptedUNet, StateDictAndParametersKnowNoAdapter) {
  const auto plain = TinyNetworks("sd1", torch::kFloat64);
  EXPECT_EQ(state_dict(*networks_.unet).size(), state_dict(*plain.unet).size());
  EXPECT_EQ(parameters_with_adapters(*networks_.unet).size(),
            plain.unet->parameters().size() + 2 * adapters_.size());
}

TEST_F(AdaptedUNet, CheckpointingReachesTheAdaptersToo) {
  const auto plain = gradients();
  networks_.unet->set_gradient_checkpointing(true);
  const auto recomputed = gradients();
  ASSERT_EQ(plain.size(), 2 * layers_.size());
  for (size_t i = 0; i < plain.size(); ++i) {
    ASSERT_TRUE(plain[i].defined() && recomputed[i].defined()) << i;
    EXPECT_TRUE(matches(recomputed[i], plain[i], 1e-9)) << i;
  }
}

TEST_F(AdaptedUNet, MergingGivesWhatStandsBeside) {
  const torch::NoGradGuard no_grad;
  const auto beside = forward();
  size_t i = 0;
  for (auto& [path, layer] : layers_) {
    const auto adapters = layer->adapters();
    layer->detach_adapters();
    if (i++ > 0) merge_adapters(*layer, adapters);  // all but one: the planted fault
  }
  EXPECT_FALSE(matches(forward(), beside, 1e-9));
  merge_adapters(*layers_.begin()->second, {{adapters_.front(), 1}});
  EXPECT_TRUE(matches(forward(), beside, 1e-10));
}

}  // namespace
}  // namespace big
