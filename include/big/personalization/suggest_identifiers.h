#pragma once

#include <optional>
#include <string>
#include <vector>

#include "big/core/json.h"
#include "big/personalization/finetune.h"

namespace big {

/// A word that could name a subject, and what speaks for it.
struct IdentifierSuggestion {
  std::string identifier;
  /// 0 ... 1, more is better: the share of the model's rare words that it knows better than this one, times
  /// min(1, distance); 0 where one letter tells it from an identifier in use.
  double score = 0;
  /// How far the word takes the text encoder from what rare words say in the mean; 1: as the median of them.
  double familiarity = 1;
  /// From the nearest identifier in use, in the text encoder's eyes; 1: as two rare words usually are. None: nothing
  /// is in use.
  std::optional<double> distance;
  std::string reason;  ///< the same in words
  /// What the registry keeps of the choice: reason, score, familiarity, distance.
  OrderedJson json() const;
};

/// The `count` best free words for options.target, best first ("sks" leads where it is free, a person's
/// identifier_list keeps its order); fewer where there are no more. Each is one token of the base's tokenizer
/// wherever prompts put it, no category, and was never removed. Trains and reserves nothing; measures the base's
/// words once (models_dir/cache/identifiers). Throws UsageError with what to do where no word is free, InputError
/// for a list or a base that is wrong.
std::vector<IdentifierSuggestion> suggest_identifiers(const FinetuneOptions& options, int64_t count);

}  // namespace big
