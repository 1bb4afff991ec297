#pragma once

#include "big/core/json.h"
#include "big/training/train_options.h"

namespace big {

/// All of the options that decide what a model becomes, by the names of their flags. Two runs whose settings
/// are equal may go on from each other's checkpoints.
Json train_settings(const TrainOptions& options);

}  // namespace big
