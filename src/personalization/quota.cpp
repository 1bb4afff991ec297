#include "quota.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/registry/registry.h"

namespace big {

void refuse_above_quota(const FinetuneOptions& options) {
  if (options.max_subjects == 0 || !is_metamodel(options.target)) return;
  const auto known = read_registry(options.models_dir).visible(options.target, options.user);
  const auto held = std::ranges::count_if(known, [&](const Subject& subject) {
    return subject.user == options.user && subject.identifier != options.identifier;
  });
  if (held < options.max_subjects) return;
  const std::string target = to_string(options.target);
  throw UsageError(concat("target model '", target, "' holds ", held, " subjects of user '", options.user,
                          "', --max_subjects ", options.max_subjects, " allows no more; finetune --remove IDENTIFIER ",
                          "--target_model ", target, " makes room, --identifier IDENTIFIER --overwrite teaches one of ",
                          "them anew, --target_model private makes a model of its own"));
}

}  // namespace big
