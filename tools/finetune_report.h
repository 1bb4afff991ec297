#pragma once

#include <string>

#include "big/core/json.h"
#include "big/personalization/finetune.h"

namespace big {

/// Says in the log what a run will do: photos used and skipped, warnings, memory, disk and time.
void log_plan(const FinetunePlan& plan);

/// The result for programs.
OrderedJson finetune_json(const FinetuneResult& result);
/// The result for people; `generate_flags` are flags that the suggested command needs besides (" --user
/// anna").
std::string finetune_text(const FinetuneResult& result, const std::string& generate_flags);

}  // namespace big
