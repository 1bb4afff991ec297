#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "big/core/json.h"
#include "big/modules/named_tensors.h"
#include "big/training/measurement.h"

namespace big {

/// Where a run stands between two updates. Noise, timesteps and the order of pictures are functions of seed
/// and step alone: with this, the same model, pictures and options the rest of the run comes out equal to
/// the bit.
struct TrainingState {
  int64_t step = 0;            ///< updates done
  double rate_factor = 1;      ///< on all learning rates
  std::vector<double> losses;  ///< one an update
  /// "parameter.unet.conv_in.weight", "optimizer.unet.conv_in.weight.exp_avg", "ema.unet.conv_in.weight",
  /// "best.unet.conv_in.weight" (the weights of the best measurement, with keep best).
  NamedTensors tensors;
  std::vector<Measurement> measurements = {};  ///< so far
};

/// Writes training_state.safetensors and training_state.json into `folder` (usually a StagedFolder's path),
/// the latter with `about`, the caller's own. Throws MachineError.
void save_training_state(const TrainingState& state, const std::filesystem::path& folder, const Json& about);

/// True where `folder` holds a saved state.
bool has_training_state(const std::filesystem::path& folder);

struct StoredTrainingState {
  TrainingState state;  ///< its tensors lie in the file, which must stay
  Json about;
};
/// Throws InputError naming what is missing or wrong.
StoredTrainingState load_training_state(const std::filesystem::path& folder);

}  // namespace big
