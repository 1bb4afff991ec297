#pragma once

#include "cli/option_table.h"
#include "finetune_options.h"

namespace big {

/// finetune --check: measures what a metamodel knows now and says where the page about it lies.
void check(OptionTable& table, const FinetuneArguments& given);

}  // namespace big
