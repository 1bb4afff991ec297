#pragma once

#include <string>

#include "big/core/json.h"
#include "big/pipeline/text_to_image.h"
#include "cli/option_table.h"

namespace big {

/// Declares --scheduler, --schedule and --eta.
void add_scheduler_options(OptionTable& table, const std::string& group, GenerateOptions& generate);

/// The answer to --list_schedulers: a table of schedulers and one of schedules.
std::string schedulers_text();
/// {"schedulers": [{"name", "diffusers", "aliases", "schedules", "automatic", "eta"}], "schedules": [{"name",
/// "label"}]}.
OrderedJson schedulers_json();

}  // namespace big
