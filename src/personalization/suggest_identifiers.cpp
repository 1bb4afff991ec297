#include "big/personalization/suggest_identifiers.h"

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/personalization/models_dir.h"
#include "big/pipeline/model_facts.h"
#include "big/registry/names.h"
#include "identifier_choice.h"

namespace big {

std::vector<IdentifierSuggestion> suggest_identifiers(const FinetuneOptions& options, int64_t count) {
  validate_user(options.user);
  if (!options.category.empty()) validate_category(options.category);
  if (options.target == TargetModel::kPretrained)
    throw UsageError("target model 'pretrained' is taught nothing; use private, private_meta or meta");
  if (count < 1) throw UsageError(concat("--suggest ", count, ": expected at least 1"));
  const BaseModel base = find_base(options.pretrained_model, options.models_dir, options.project_models);
  ModelSource source = options.source;
  source.clip_vocabulary = clip_vocabulary_folder(options.project_models);
  const auto tokenizer = read_tokenizer(base.folder, source);
  auto words = rank_identifiers(options, base.folder, source, *tokenizer);
  if (words.size() > static_cast<size_t>(count)) words.resize(static_cast<size_t>(count));
  return words;
}

}  // namespace big
