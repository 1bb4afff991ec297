#pragma once

#include <filesystem>

#include "photo_set.h"

namespace big {

struct FinetuneOptions;

/// Gives the set its findings, says each in the log at once, and writes the sheet of what will be learned into
/// models_dir/cache/contact_sheets/, over that of the folder's last run. Returns the sheet's path; empty, with a
/// warning, where it cannot be written: nobody shall miss a run for it.
std::filesystem::path check_photos(PhotoSet& set, const FinetuneOptions& options);

}  // namespace big
