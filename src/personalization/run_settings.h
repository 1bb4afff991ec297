#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "big/core/json.h"

namespace big {

struct Run;

/// All that decides what a run's model becomes: {"flags": by the names of flags, "photos": file name ->
/// SHA-256, captions among them, "start": the model it begins with}. A run may go on from a checkpoint of equal settings.
Json run_settings(const Run& run);

/// Throws InputError where `settings` (of a checkpoint in `folder`) is no such object.
void check_settings_shape(const Json& settings, const std::filesystem::path& folder);

/// What differs, in words: "--learning_rate was 1e-06, is 2e-06", "photo b.png is new".
std::vector<std::string> setting_differences(const Json& before, const Json& now);

}  // namespace big
