#pragma once

#include "finetune_options.h"

namespace big {

/// finetune --suggest: prints words that could name a subject, best first, and teaches nothing.
void suggest(const FinetuneArguments& given);

}  // namespace big
