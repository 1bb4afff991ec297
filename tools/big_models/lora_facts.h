#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "big/weights/tensor_file.h"

namespace big {

/// What a LoRA's file tells about it, read from its names, shapes and metadata alone.
struct LoraFacts {
  std::string naming;  ///< "kohya", "diffusers" or "PEFT"
  int64_t modules = 0;
  std::map<int64_t, int64_t> ranks;  ///< rank -> modules of it
  std::map<double, int64_t> alphas;  ///< alpha -> modules of it; a module without one has alpha = rank
};

/// Nothing where the file holds no LoRA.
std::optional<LoraFacts> lora_facts(const TensorFile& file);

/// The words that call a subject: `modelspec.trigger_phrase`, else the commonest tags the trainer counted
/// (`ss_tag_frequency`). Metadata of any other form hold none.
std::vector<std::string> trigger_words(const std::map<std::string, std::string>& metadata);

}  // namespace big
