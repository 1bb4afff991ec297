#pragma once

#include <string>
#include <vector>

#include "big/personalization/gate_report.h"
#include "big/training/denoising_errors.h"
#include "run.h"

namespace big {

/// Asks of a metamodel's new version, before it becomes the current one: is the new subject learned, is an
/// earlier one forgotten, did the classes drift? Measured by denoising errors before and after with the same
/// noise, and judged by the bounds of 95 % intervals, so that noise refuses nothing.
class Gate {
 public:
  /// Measures `model` as it is before the run. `data`: what the run learns from (kept until the end).
  Gate(const Run& run, StableDiffusion& model, const TrainingData& data);
  /// Measures `model` as the run left it.
  GateReport judge(StableDiffusion& model) const;

 private:
  struct Probed {
    std::string identifier, category;
    bool is_new = false;
    std::vector<Example> photos;
    torch::Tensor before;  ///< ln(error of other words / error of its own), [photos * levels]
  };
  void add_subject(const std::string& identifier, const std::string& category, std::vector<Example> photos);
  torch::Tensor log_identity_of(StableDiffusion& model, const Probed& subject) const;
  torch::Tensor class_errors(StableDiffusion& model) const;

  const Run& run_;
  DenoisingProbe probe_;
  std::string unused_;
  std::vector<Probed> subjects_;
  int64_t unmeasured_ = 0;
  std::vector<std::pair<std::string, std::vector<Example>>> classes_;  ///< prompt -> some of its pictures
  torch::Tensor class_before_;
};

/// Rehearsal of all that a metamodel knows, each subject equally often, at half the learning rate. Of full
/// training alone: false where nothing was done.
bool consolidate(const Run& run, StableDiffusion& model, const TrainingData& data);

}  // namespace big
