#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "big/registry/target_model.h"

namespace big {

/// What going back cost.
struct RollbackResult {
  int64_t version = 0;                     ///< the current one from now on
  std::vector<std::string> identifiers;  ///< what it knows
  std::vector<std::string> forgotten;    ///< what was learned since: these words are never given again
};

/// What rollback_metamodel would do, with nothing done. Throws UsageError as it does.
RollbackResult plan_rollback(const std::filesystem::path& models_dir,
                             TargetModel target,
                             const std::string& user,
                             int64_t version);

/// Takes a metamodel back to a version that is kept (`list_identifiers --versions`): its weights, byte for byte, and
/// the subjects that it knew. Later versions and the photos of subjects learned since are deleted; a subject that
/// was removed since does not come back. One write of the registry decides; killed before, nothing has happened.
/// Waits for a run that writes the same model. Throws UsageError for a target model that is no metamodel and a
/// version that is not there, listing what there is.
RollbackResult rollback_metamodel(const std::filesystem::path& models_dir,
                                  TargetModel target,
                                  const std::string& user,
                                  int64_t version);

}  // namespace big
