#pragma once

#include <torch/types.h>

#include <string>

namespace big {

/// "auto", "cpu", "cuda", "cuda:N" -> device. UsageError for other words, MachineError where there is no such
/// device.
torch::Device parse_device(const std::string& name);
/// "auto", "fp32", "fp16", "bf16" -> compute type (auto: fp32 on the CPU, fp16 on CUDA).
torch::ScalarType parse_dtype(const std::string& name, const torch::Device& device);
/// Sets libtorch's threads, 1 to 4096; 0: OMP_NUM_THREADS where it holds such a number, else the physical cores.
void set_threads(int64_t threads);
/// How many libtorch computes with.
int64_t threads_in_use();

}  // namespace big
