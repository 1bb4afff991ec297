#pragma once

#include <filesystem>

#include "big/core/progress.h"
#include "big/personalization/models_dir.h"
#include "big/pipeline/model_source.h"
#include "big/weights/stored_model.h"

namespace big {

/// How a base shall be read where it is not taught as it lies there.
struct Conversion {
  ModelSource source = {};
  ExtraTensors extra = ExtraTensors::kDrop;  ///< a single file's tensors that diffusers has no place for
};

/// Whether teachable_folder() would make a folder, and write as much as the base is large. Throws InputError.
bool needs_conversion(const BaseModel& base,
                      const Conversion& wish,
                      const std::filesystem::path& models_dir);

/// A base as finetune works with it, a diffusers folder: the base itself, or where it is a single file or
/// shall have another VAE the folder models_dir/cache/converted/<hash>, made once (by one rename) and used
/// again. Says in the log what it makes and how large that is. Throws InputError, MachineError.
BaseModel teachable_folder(const BaseModel& base,
                           const Conversion& wish,
                           const std::filesystem::path& models_dir,
                           const ProgressFn& progress);

}  // namespace big
