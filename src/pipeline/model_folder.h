#pragma once

#include <filesystem>

#include "big/diffusion/noise_schedule.h"

namespace big {

/// What a folder's model_index.json says.
struct ModelIndex {
  bool first_encoder = true;    ///< text_encoder and tokenizer
  bool second_encoder = false;  ///< text_encoder_2 and tokenizer_2: SDXL
  bool force_zeros_for_empty_prompt = false;
};
/// Throws InputError unless it names a pipeline that load_model can load.
ModelIndex read_model_index(const std::filesystem::path& folder);
/// The same for what stands in it; `where` names it in errors.
ModelIndex model_index_from_json(const Json& index, const std::string& where);

/// scheduler/scheduler_config.json of a diffusers folder.
NoiseScheduleConfig read_schedule_config(const std::filesystem::path& folder);

}  // namespace big
