#pragma once

#include <torch/types.h>

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

/// One run of a sampler by diffusers, or by kdiffusion.py.
struct SamplerRun {
  std::string name, sampler, schedule;
  NoiseScheduleConfig config;
  std::optional<double> eta;
  AlignedModel aligned = AlignedModel::kStableDiffusion;
  int64_t steps = 0, skipped = 0;
  std::vector<uint64_t> seeds;
  torch::Tensor x;          ///< [steps + 1, B, C, h, w], as samplers keep it
  torch::Tensor result;     ///< [B, C, h, w] latents
  torch::Tensor timesteps;  ///< [calls of the network]

  SamplerChoice choice() const { return choose_sampler(sampler, schedule, config); }
};

inline std::vector<SamplerRun> read_sampler_runs(const SafetensorsFile& file) {
  std::vector<SamplerRun> runs;
  for (const auto& run : parse_json(file.metadata().at("runs"), "runs")) {
    const auto name = run.at("name").get<std::string>();
    SamplerRun r;
    r.name = name;
    r.sampler = run.at("sampler");
    r.schedule = run.at("schedule");
    r.config = NoiseScheduleConfig::from_json(run.at("scheduler_config"), name);
    if (!run.at("eta").is_null()) r.eta = run.at("eta").get<double>();
    if (run.at("aligned") == "sdxl") r.aligned = AlignedModel::kStableDiffusionXl;
    r.steps = run.at("steps");
    r.skipped = run.at("skipped");
    r.seeds = run.at("seeds").get<std::vector<uint64_t>>();
    r.x = file.tensor(name + ".x");
    r.result = file.tensor(name + ".result");
    r.timesteps = file.tensor(name + ".timesteps");
    runs.push_back(std::move(r));
  }
  return runs;
}

inline const std::vector<SamplerRun>& sampler_runs() {
  static const auto kRuns = read_sampler_runs(sampler_references());
  return kRuns;
}

/// The clean latents that runs with skipped steps begin from.
inline torch::Tensor start_latents() { return sampler_references().tensor("start"); }

/// Stands in for the UNet, as in samplers.py.
inline torch::Tensor stand_in_network(const torch::Tensor& x, double timestep) {
  return 0.7 * torch::tanh(x) + 0.2 * std::sin(0.01 * timestep);
}

}  // namespace big::test
