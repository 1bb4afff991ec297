#pragma once

#include "cli/option_table.h"
#include "finetune_options.h"

namespace big {

/// finetune --forget_user: deletes all that there is of a user, after a question.
void forget(const FinetuneArguments& given);
/// finetune --export_user NAME DIR: copies it into a new folder.
void hand_out(OptionTable& table, const FinetuneArguments& given);

}  // namespace big
