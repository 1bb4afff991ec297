#pragma once

#include <filesystem>

#include "big/diffusion/noise_schedule.h"

namespace big {

/// Throws InputError unless the folder's model_index.json names a pipeline that load_model can load.
void check_model_index(const std::filesystem::path& folder);

/// scheduler/scheduler_config.json of a diffusers folder.
NoiseScheduleConfig read_schedule_config(const std::filesystem::path& folder);

}  // namespace big
