#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "big/core/json.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/training/trainer.h"
#include "big/weights/safetensors.h"

namespace big {

/// The folder with what diffusers made for a model family in this test run (tests/parity/make_references.py).
std::filesystem::path reference_folder(const std::string& family);

/// A run recorded by tests/parity/training.py or adapters.py: its options, its draws, its losses and its updates.
class ReferenceRun {
 public:
  ReferenceRun(const std::string& family, const std::string& name);
  explicit ReferenceRun(const std::filesystem::path& file);
  TrainOptions options() const;
  torch::ScalarType dtype() const;
  TrainingData data() const;
  TrainHooks hooks() const;
  std::vector<double> losses() const;
  /// "unet.conv_in.weight" -> what the run added to it.
  std::map<std::string, torch::Tensor> updates() const;

 private:
  std::vector<Example> examples(const std::string& half) const;

  SafetensorsFile file_;
  Json case_;
};

/// What our trainer did with the same start, pictures and draws.
struct OurRun {
  std::vector<double> losses;
  std::map<std::string, torch::Tensor> updates;
};
OurRun repeat(const std::string& family, const ReferenceRun& reference);

/// Where the two runs differ by more than the tolerance of their dtype; empty when they agree. Float64:
/// losses 1e-8, each tensor's update 1e-6 of the reference's. Float32: losses 1e-5, the update of all weights
/// together 1 %.
std::vector<std::string> differences(const OurRun& ours, const ReferenceRun& reference);

}  // namespace big
