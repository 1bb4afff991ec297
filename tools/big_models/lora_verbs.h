#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "big/core/json.h"
#include "big/core/progress.h"

namespace big {

/// What a verb did, for people and for programs.
struct VerbResult {
  std::string text;
  OrderedJson json;
};

/// extract: makes a LoRA of `rank` of what distinguishes `tuned` from `base` and writes it to `out` in kohya's form,
/// read back and compared. Says how much of the change it keeps.
struct ExtractWish {
  std::filesystem::path base, tuned, out, clip_vocabulary;
  int64_t rank = 32;
};
VerbResult extract(const ExtractWish& wish, const ProgressFn& progress);

/// merge: writes `base` with the LoRAs ("file" or "file:weight") put into its weights: a folder, or one file
/// where `out` ends in .safetensors.
struct MergeWish {
  std::filesystem::path base, out, clip_vocabulary;
  std::vector<std::string> loras;
};
VerbResult merge(const MergeWish& wish, const ProgressFn& progress);

}  // namespace big
