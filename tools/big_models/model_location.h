#pragma once

#include <filesystem>
#include <string>

#include "cli/common_options.h"

namespace big {

/// A path, else a name in the models folders. Throws InputError where there is nothing.
std::filesystem::path locate_model(const std::string& name_or_path, const CommonOptions& common);

}  // namespace big
