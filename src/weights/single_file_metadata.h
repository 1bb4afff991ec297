#pragma once

#include <optional>

#include "big/weights/stored_model.h"

namespace big {

/// The configs that write_single_file put into a file, or nothing. Throws InputError where they are damaged.
std::optional<ModelConfigs> configs_in_metadata(const TensorFile& file);

/// What a single file says about itself: its configs, and ModelSpec's keys where its family is known
/// (https://github.com/Stability-AI/ModelSpec).
std::map<std::string, std::string> single_file_metadata(const StoredModel& model);

}  // namespace big
