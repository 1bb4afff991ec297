#include "rows_apart.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "big/networks/adapted_layer.h"
#include "row_workers.h"
#include "tiny_networks.h"

namespace big {
namespace {

/// Another number of threads for a scope.
class Threads {
 public:
  explicit Threads(int count) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_ = at::get_num_threads();
};

std::vector<torch::Tensor> no_parameters() { return {}; }

/// The threads that run a block of `rows` rows, and how many rows each of them sees.
std::map<std::thread::id, int64_t> rows_by_thread(int64_t rows) {
  std::map<std::thread::id, int64_t> seen;
  std::mutex mutex;
  const BlockFunction block = [&](const std::vector<torch::Tensor>& in) {
    const std::lock_guard lock(mutex);
    seen[std::this_thread::get_id()] += in[0].size(0);
    return in[0];
  };
  rows_apart(block, {torch::zeros({rows, 1})}, no_parameters);
  return seen;
}

TEST(RowShares, AreEqualAndUseEveryThread) {
  const auto expect = [](int threads, int64_t rows, int64_t groups, int64_t threads_each) {
    const Threads scope(threads);
    const auto shares = row_shares(rows);
    EXPECT_EQ(shares.groups, groups) << rows << " rows, " << threads << " threads";
    EXPECT_EQ(shares.threads, threads_each) << rows << " rows, " << threads << " threads";
  };
  expect(1, 4, 1, 1);
  expect(2, 4, 2, 1);
  expect(2, 3, 1, 2);
  expect(8, 2, 2, 4);
  expect(6, 4, 2, 3);
}

TEST(RowsApart, RunsGroupsOnTheirOwnThreads) {
  const Threads two(2);
  const auto seen = rows_by_thread(4);
  for (const auto& [thread, rows] : seen) EXPECT_NE(thread, std::this_thread::get_id());
  int64_t rows = 0;
  for (const auto& item : seen) rows += item.second;
  EXPECT_EQ(rows, 4);
  const auto together = rows_by_thread(3);
  ASSERT_EQ(together.size(), 1U);
  EXPECT_EQ(together.begin()->first, std::this_thread::get_id());
}

TEST(RowsApart, WorkersComputeWithTheirShareOfTheThreads) {
  const Threads four(4);
  std::mutex mutex;
  std::set<int> threads;
  const BlockFunction block = [&](const std::vector<torch::Tensor>& in) {
    const std::lock_guard lock(mutex);
    threads.insert(at::get_num_threads());
    EXPECT_EQ(row_shares(4).groups, 1);  // a worker shares nothing out again
    return in[0];
  };
  rows_apart(block, {torch::zeros({2, 1})}, no_parameters);
  EXPECT_EQ(threads, std::set<int>{2});
  EXPECT_EQ(at::get_num_threads(), 4);
}

TEST(RowsApart, PassesOnWhatAGroupThrows) {
  const Threads two(2);
  const BlockFunction block = [](const std::vector<torch::Tensor>& in) -> torch::Tensor {
    if (in[0][0].item<float>() > 0) throw std::runtime_error("the second group");
    return in[0];
  };
  const auto rows = torch::tensor({0.0F, 1.0F});
  EXPECT_THROW(rows_apart(block, {rows}, no_parameters), std::runtime_error);
  EXPECT_THROW(rows_apart(block, {rows.clone().set_requires_grad(true)}, no_parameters), std::runtime_error);
}

TEST(RowsApart, RecordsNothingWithoutGradients) {
  const Threads two(2);
  const auto weight = torch::ones({1}).set_requires_grad(true);
  const BlockFunction block = [&](const std::vector<torch::Tensor>& in) { return in[0] * weight; };
  const auto parameters = [&] { return std::vector<torch::Tensor>{weight}; };
  EXPECT_TRUE(rows_apart(block, {torch::ones({2, 1})}, parameters).requires_grad());
  const torch::NoGradGuard no_grad;
  EXPECT_FALSE(rows_apart(block, {torch::ones({2, 1})}, parameters).requires_grad());
}

/// A shared input of one row, one of as many rows as a group has, and an undefined one.
TEST(RowsApart, GivesInputsThatEveryGroupSeesTheSumOfTheirGradients) {
  const Threads two(2);
  const auto rows = torch::tensor({1.0, 2.0, 3.0, 4.0}).view({4, 1}).set_requires_grad(true);
  const auto one = torch::full({1, 1}, 2.0, torch::kFloat64).set_requires_grad(true);
  const auto pair = torch::full({2, 1}, 3.0, torch::kFloat64).set_requires_grad(true);
  const BlockFunction block = [](const std::vector<torch::Tensor>& in) {
    EXPECT_FALSE(in[1].defined());
    return in[0] * in[2] * in[3].sum();
  };
  const auto output = rows_apart(block, {rows.to(torch::kFloat64), {}, one, pair}, no_parameters);
  output.sum().backward();
  EXPECT_TRUE(torch::equal(rows.grad(), torch::full_like(rows, 12.0)));
  EXPECT_EQ(one.grad().item<double>(), 60);
  EXPECT_TRUE(torch::equal(pair.grad(), torch::full_like(pair, 20.0)));
}

class UNetRows : public testing::TestWithParam<std::string> {
 protected:
  UNetRows() : unet_(TinyNetworks(GetParam(), torch::kFloat64).unet) {
    for (const auto& parameter : unet_->parameters()) parameter.requires_grad_(true);
  }

  /// Output, then the gradients of sample, text and parameters, for a batch of four.
  std::vector<torch::Tensor> pass() {
    torch::manual_seed(3);
    const auto& config = unet_->config;
    const auto fp64 = torch::TensorOptions().dtype(torch::kFloat64);
    const auto sample = torch::randn({4, config.in_channels, 16, 16}, fp64).set_requires_grad(true);
    const auto text = torch::randn({4, 7, config.cross_attention_dim[0]}, fp64).set_requires_grad(true);
    AddedConditions added;
    if (config.addition_time_embed_dim > 0) {
      added.time_ids = torch::arange(24, fp64).view({4, 6});
      added.pooled = torch::randn(
          {4, config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim}, fp64);
    }
    unet_->zero_grad();
    std::vector<torch::Tensor> result = {
        unet_->forward(sample, torch::tensor({1, 200, 600, 990}), text, added)};
    result.front().square().sum().backward();
    result.push_back(sample.grad());
    result.push_back(text.grad());
    for (const auto& parameter : unet_->parameters()) result.push_back(parameter.grad().clone());
    return result;
  }

  void expect_same_apart() {
    const Threads two(2);
    unet_->set_rows_apart(false);
    const auto together = pass();
    unet_->set_rows_apart(true);
    const auto apart = pass();
    ASSERT_EQ(apart.size(), together.size());
    for (size_t i = 0; i < apart.size(); ++i) EXPECT_TRUE(matches(apart[i], together[i], 1e-9)) << i;
    const auto again = pass();
    for (size_t i = 0; i < apart.size(); ++i) EXPECT_TRUE(torch::equal(apart[i], again[i])) << i;
  }

  UNet2DCondition unet_;
};

TEST_P(UNetRows, GiveTheSameOutputsAndGradientsApart) { expect_same_apart(); }

TEST_P(UNetRows, GiveTheSameWithCheckpointing) {
  unet_->set_gradient_checkpointing(true);
  expect_same_apart();
}

INSTANTIATE_TEST_SUITE_P(Families, UNetRows, testing::Values("sd1", "starter", "sdxl"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace big
