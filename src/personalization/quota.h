#pragma once

#include "big/personalization/finetune.h"

namespace big {

/// Throws UsageError where options.max_subjects leaves the metamodel no room for a new subject: private_meta's subjects
/// count, of meta those that options.user added. One that is taught anew takes no more room.
void refuse_above_quota(const FinetuneOptions& options);

}  // namespace big
