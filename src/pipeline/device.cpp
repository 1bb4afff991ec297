#include "big/pipeline/device.h"

#include <sched.h>
#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/types.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>
#include <thread>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

constexpr int64_t kMostThreads = 4096;

/// The CPUs that this process may run on.
std::vector<int> allowed_cpus() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0)
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &mask)) cpus.push_back(cpu);
  return cpus;
}

/// Hyper-threads of one core name the same siblings; what has no such file counts as a core.
int64_t physical_cores() {
  std::set<std::string> cores;
  for (const int cpu : allowed_cpus()) {
    std::ifstream file(concat("/sys/devices/system/cpu/cpu", cpu, "/topology/thread_siblings_list"));
    std::string siblings;
    cores.insert(std::getline(file, siblings) ? siblings : concat("cpu", cpu));
  }
  if (!cores.empty()) return static_cast<int64_t>(cores.size());
  return std::max<int64_t>(1, std::thread::hardware_concurrency());
}

/// What OpenMP's own variable asks for (its first number, the outermost loops'), as every program on libtorch takes it.
std::optional<int64_t> threads_of_environment() {
  const char* text = std::getenv("OMP_NUM_THREADS");
  if (text == nullptr) return std::nullopt;
  int64_t threads = 0;
  const auto [stop, error] = std::from_chars(text, text + std::strlen(text), threads);
  if (error != std::errc() || (*stop != '\0' && *stop != ',') || threads < 1 || threads > kMostThreads)
    return std::nullopt;
  return threads;
}

torch::Device cuda_device(int index) {
  if (!torch::cuda::is_available())
    throw MachineError(
        "device cuda: this machine or this build of libtorch has no usable CUDA; use --device cpu");
  const auto count = static_cast<int>(torch::cuda::device_count());
  if (index >= count)
    throw MachineError(
        concat("device cuda:", index, ": there are ", count, " CUDA devices, numbered from 0"));
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

}  // namespace

torch::Device parse_device(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  if (name == "auto") return torch::cuda::is_available() ? cuda_device(0) : torch::Device(torch::kCPU);
  if (name == "cuda") return cuda_device(0);
  const std::string prefix = "cuda:";
  if (name.rfind(prefix, 0) == 0) {
    int index = -1;
    const char* end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, index);
    if (error == std::errc() && stop == end && index >= 0) return cuda_device(index);
  }
  throw UsageError(concat("device \"", name, "\" is unknown, expected auto, cpu, cuda or cuda:N"));
}

torch::ScalarType parse_dtype(const std::string& name, const torch::Device& device) {
  if (name == "auto") return device.is_cuda() ? torch::kFloat16 : torch::kFloat32;
  if (name == "fp32") return torch::kFloat32;
  if (name == "fp16") return torch::kFloat16;
  if (name == "bf16") return torch::kBFloat16;
  throw UsageError(concat("dtype \"", name, "\" is unknown, expected auto, fp32, fp16 or bf16"));
}

void set_threads(int64_t threads) {
  if (threads < 0 || threads > kMostThreads)
    throw UsageError(concat("threads is ", threads, ", expected 0 (all cores) to ", kMostThreads));
  if (threads == 0) threads = threads_of_environment().value_or(physical_cores());
  at::set_num_threads(static_cast<int>(threads));
}

int64_t threads_in_use() { return at::get_num_threads(); }

}  // namespace big
