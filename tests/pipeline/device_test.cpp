#include "big/pipeline/device.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>

#include <cstdlib>

#include "big/core/error.h"

namespace big {
namespace {

TEST(Device, NamesAreUnderstood) {
  EXPECT_EQ(parse_device("cpu"), torch::Device(torch::kCPU));
  EXPECT_EQ(parse_device("auto").is_cuda(), torch::cuda::is_available());
}

TEST(Device, UnknownNamesAreUsageErrors) {
  for (const char* name : {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:1x", "cuda:-1"})
    EXPECT_THROW(parse_device(name), UsageError) << name;
}

TEST(Device, ADeviceThatIsNotThereIsTheMachinesFault) {
  EXPECT_THROW(parse_device("cuda:9999"), MachineError);
  if (!torch::cuda::is_available()) {
    EXPECT_THROW(parse_device("cuda"), MachineError);
  }
}

TEST(Device, AutomaticPrecisionFollowsTheDevice) {
  EXPECT_EQ(parse_dtype("auto", torch::kCPU), torch::kFloat32);
  EXPECT_EQ(parse_dtype("auto", torch::Device(torch::kCUDA, 0)), torch::kFloat16);
  EXPECT_EQ(parse_dtype("fp32", torch::kCPU), torch::kFloat32);
  EXPECT_EQ(parse_dtype("fp16", torch::kCPU), torch::kFloat16);
  EXPECT_EQ(parse_dtype("bf16", torch::kCPU), torch::kBFloat16);
  EXPECT_THROW(parse_dtype("float", torch::kCPU), UsageError);
}

TEST(Device, ThreadsAreSetAndZeroMeansTheCores) {
  const int before = at::get_num_threads();
  set_threads(3);
  EXPECT_EQ(at::get_num_threads(), 3);
  set_threads(0);
  EXPECT_GE(at::get_num_threads(), 1);
  EXPECT_LE(at::get_num_threads(), 4096);
  EXPECT_THROW(set_threads(-1), UsageError);
  set_threads(before);
}

TEST(Device, ZeroThreadsAreThoseOfOpenMpsVariable) {
  const int before = at::get_num_threads();
  const std::string kept = std::getenv("OMP_NUM_THREADS") ? std::getenv("OMP_NUM_THREADS") : "";
  const auto threads = [](const char* text) {
    setenv("OMP_NUM_THREADS", text, 1);
    set_threads(0);
    return at::get_num_threads();
  };
  EXPECT_EQ(threads("7"), 7);
  EXPECT_EQ(threads("5,2"), 5) << "the outermost loops'";
  unsetenv("OMP_NUM_THREADS");
  set_threads(0);
  const int cores = at::get_num_threads();
  for (const char* text : {"", "0", "-3", "many", "7x", "99999999999999999999"}) EXPECT_EQ(threads(text), cores) << text;
  set_threads(2);
  EXPECT_EQ(at::get_num_threads(), 2) << "what is asked for goes first";
  kept.empty() ? unsetenv("OMP_NUM_THREADS") : setenv("OMP_NUM_THREADS", kept.c_str(), 1);
  set_threads(before);
}

}  // namespace
}  // namespace big
