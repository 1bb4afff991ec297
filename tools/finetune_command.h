#pragma once

#include <string>

#include "big/personalization/finetune.h"
#include "cli/option_table.h"

namespace big {

/// The command that repeats a run wherever it is typed, with what was chosen for it but the identifier.
std::string repeating_command(const OptionTable& table, const FinetuneOptions& options);

}  // namespace big
