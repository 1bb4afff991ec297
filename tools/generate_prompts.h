#pragma once

#include <string>

#include "big/personalization/draw.h"
#include "cli/option_table.h"

namespace big {

/// Declares how prompts are read: their syntax, styles, and the text encoder's layer.
void add_prompt_reading_options(OptionTable& table, const std::string& group, DrawOptions& options);

}  // namespace big
