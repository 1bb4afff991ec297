#pragma once

#include <filesystem>

#include "big/core/progress.h"
#include "big/personalization/models_dir.h"
#include "big/pipeline/model_source.h"

namespace big {

/// A base as finetune works with it, a diffusers folder: the base itself, or where it is a single file or
/// shall have another VAE the folder models_dir/cache/converted/<hash>, made once (by one rename) and used
/// again. Says in the log what it makes and how large that is. Throws InputError, MachineError.
BaseModel teachable_folder(const BaseModel& base,
                           const ModelSource& source,
                           const std::filesystem::path& models_dir,
                           const ProgressFn& progress);

}  // namespace big
