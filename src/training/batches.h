#pragma once

#include <string>
#include <vector>

#include "big/pipeline/stable_diffusion.h"
#include "big/training/train_options.h"
#include "big/training/training_data.h"

namespace big {

/// The rows of one forward pass: the instance half, then the prior half.
struct Batch {
  torch::Tensor latent_mean, latent_std;  ///< [rows,C,h,w], unscaled
  torch::Tensor time_ids;                 ///< [rows,6] fp32; undefined where the model takes none
  torch::Tensor mask;                     ///< [instance rows,1,h,w], 0 ... 1; undefined: no masked loss
  std::vector<std::string> prompts;
  std::vector<std::string> names;  ///< of the pictures, for messages
  std::vector<std::string> kinds;  ///< Example::kind
};

/// Deals out the batches of a run. Batch `pass` is a pure function of (data, options.seed, pass).
class Batches {
 public:
  /// `dtype`: of the latents. Throws UsageError where the options ask for pictures that the data does not
  /// have.
  Batches(StableDiffusion& model,
          const TrainingData& data,
          const TrainOptions& options,
          torch::ScalarType dtype);
  Batch read(int64_t pass);

 private:
  /// What one row shows of an example.
  struct Shown {
    LatentDistribution latents;
    SizeConditions sizes;
    torch::Tensor mask;
  };
  Shown cached(const Example& example, bool flip) const;
  Shown encoded(const Example& example, int64_t pass, int64_t row, bool flip);
  void add_row(const Example& example, int64_t pass, Batch& batch);

  StableDiffusion& model_;
  const TrainingData& data_;
  const TrainOptions& options_;
  torch::ScalarType dtype_;
  std::vector<size_t> round_;  ///< the photos that one round of instance rows shows, not yet shuffled
  std::vector<torch::Tensor> means_, stds_, masks_, time_ids_;  ///< of the batch being read, a row each
};

}  // namespace big
