#include "big/modules/module.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace big {
namespace {

struct LeafImpl : Module {
  explicit LeafImpl(int64_t width)
      : weight(register_parameter("weight", torch::zeros({width}, torch::TensorOptions().requires_grad(true)))),
        bias(register_parameter("bias", torch::Tensor())) {}
  torch::Tensor forward(const torch::Tensor& x) { return x + weight; }
  void reset_parameters() override { weight.uniform_(1, 2); }
  torch::Tensor weight, bias;
};
using Leaf = Held<LeafImpl>;

/// own [1], then first.weight [2], inner.second.weight [3].
struct TreeImpl : Module {
  TreeImpl() {
    own = register_parameter("own", torch::zeros({1}));
    first = register_module("first", Leaf(2));
    auto inner = register_module("inner", std::make_shared<Module>());
    second = inner->register_module("second", Leaf(3));
  }
  torch::Tensor own;
  Leaf first, second;
};

TEST(Module, NamesItsParametersByTheirPathOwnOnesFirst) {
  TreeImpl tree;
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tree.named_parameters()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"own", "first.weight", "inner.second.weight"}));
  EXPECT_EQ(tree.parameters().size(), names.size());
}

TEST(Module, NamesTheModulesBelowEachBeforeItsChildren) {
  TreeImpl tree;
  std::vector<std::string> names;
  for (const auto& [name, module] : tree.named_modules()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"first", "inner", "inner.second"}));
}

TEST(Module, FindsAParameterByItsPath) {
  TreeImpl tree;
  EXPECT_TRUE(tree.parameter("inner.second.weight").is_same(tree.second->weight));
  EXPECT_TRUE(tree.has_parameter("own"));
  EXPECT_FALSE(tree.has_parameter("first.bias")) << "undefined ones are not registered";
  EXPECT_THROW(tree.parameter("second.weight"), std::out_of_range);
}

TEST(Module, ConvertsInPlaceWhatMembersHold) {
  TreeImpl tree;
  tree.to(torch::kFloat64);
  EXPECT_EQ(tree.first->weight.scalar_type(), torch::kFloat64);
  EXPECT_TRUE(tree.first->weight.requires_grad());
  EXPECT_TRUE(tree.parameter("first.weight").is_same(tree.first->weight));
}

TEST(Module, ForgetsGradients) {
  TreeImpl tree;
  tree.second(torch::ones({3})).sum().backward();
  ASSERT_TRUE(tree.second->weight.grad().defined());
  tree.zero_grad();
  EXPECT_FALSE(tree.second->weight.grad().defined());
}

TEST(Module, RefusesANameThatIsTaken) {
  TreeImpl tree;
  EXPECT_THROW(tree.register_module("first", Leaf(1)), std::invalid_argument);
  EXPECT_THROW(tree.register_module("own", Leaf(1)), std::invalid_argument);
}

TEST(Module, IsInitializedWithAllBelow) {
  TreeImpl tree;
  initialize(tree);
  for (const auto& leaf : {tree.first, tree.second}) EXPECT_GE(leaf->weight.min().item<float>(), 1);
  EXPECT_EQ(tree.own.item<float>(), 0) << "nobody says how to draw it";
}

TEST(Held, IsEmptyOrSharesItsModule) {
  EXPECT_FALSE(Leaf());
  EXPECT_FALSE(Leaf(nullptr));
  const Leaf leaf(2), same = leaf;
  ASSERT_TRUE(leaf);
  EXPECT_EQ(leaf.get(), same.get());
}

TEST(Module, KnowsItsKind) {
  TreeImpl tree;
  Module& module = *tree.first;
  EXPECT_EQ(module.as<LeafImpl>(), tree.first.get());
  EXPECT_EQ(module.as<TreeImpl>(), nullptr);
}

}  // namespace
}  // namespace big
