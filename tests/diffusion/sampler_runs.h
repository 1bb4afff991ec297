#pragma once

#include <torch/torch.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "big/diffusion/samplers.h"
#include "big/weights/safetensors.h"

namespace big::test {

/// What tests/parity/samplers.py wrote.
inline const SafetensorsFile& sampler_references() {
  static const SafetensorsFile kFile(std::filesystem::path(std::getenv("BIG_TEST_BINARY_DIR")) /
                                     "references" / "sd1" / "samplers.safetensors");
  return kFile;
}

/// One run of a sampler by diffusers.
struct SamplerRun {
  std::string name, sampler;
  NoiseScheduleConfig config;
  int64_t steps = 0;
  std::vector<uint64_t> seeds;
  torch::Tensor x;          ///< [steps + 1, B, C, h, w]
  torch::Tensor timesteps;  ///< [steps]
};

inline std::vector<SamplerRun> sampler_runs() {
  const auto& file = sampler_references();
  std::vector<SamplerRun> runs;
  for (const auto& run : parse_json(file.metadata().at("runs"), "runs")) {
    const auto name = run.at("name").get<std::string>();
    runs.push_back({name, run.at("sampler"), NoiseScheduleConfig::from_json(run.at("scheduler_config"), name),
                    run.at("steps"), run.at("seeds"), file.tensor(name + ".x"),
                    file.tensor(name + ".timesteps")});
  }
  return runs;
}

/// Stands in for the UNet, as in samplers.py.
inline torch::Tensor stand_in_network(const torch::Tensor& x, double timestep) {
  return 0.7 * torch::tanh(x) + 0.2 * std::sin(0.01 * timestep);
}

}  // namespace big::test
