#include "big/core/fail_point.h"
#include "big/core/text.h"
#include "big/personalization/users.h"
#include "big/registry/names.h"
#include "delete_strictly.h"
#include "layout.h"
#include "user_locks.h"
#include "version_traces.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// Words of meta are retired, those of the private metamodel go with it.
void take_out(Registry& registry, const std::string& user) {
  for (const auto& subject : registry.subjects) {
    if (subject.user == user && subject.target == TargetModel::kMeta)
      registry.retired.push_back(concat(identifier_scope(subject.target, user), "/", subject.identifier));
  }
  std::erase_if(registry.subjects, [&](const Subject& subject) { return subject.user == user; });
  for (const TargetModel target : {TargetModel::kPrivate, TargetModel::kPrivateMeta}) {
    const std::string scope = identifier_scope(target, user);
    registry.metamodels.erase(scope);
    std::erase_if(registry.retired, [&](const std::string& word) { return word.starts_with(scope + "/"); });
  }
}

}  // namespace

UserHoldings forget_user(const fs::path& models_dir, const std::string& user, bool no_wait) {
  validate_user(user);
  remove_stale_locks(models_dir, user);  // of a call that was killed behind its last step, too
  holdings_of_user(models_dir, user);    // who has nothing waits for nobody
  const auto locks = lock_models_of(models_dir, user, no_wait ? WhenBusy::kRefuse : WhenBusy::kWait);
  UserHoldings gone = holdings_of_user(models_dir, user);

  // Until the last step the registry's rows say what is left to do.
  for (const auto& path : gone.kept) {
    delete_strictly(models_dir / path);
    fail_point("forget");
  }
  erase_version_traces(models_dir, TargetModel::kMeta, "",
                       [&](const Subject& subject) { return subject.user == user; });
  fail_point("forget");
  delete_strictly(models_dir / check_page(TargetModel::kMeta, ""));
  // They show photos, and nobody knows whose: the next runs make theirs again.
  delete_strictly(models_dir / "cache" / "contact_sheets");
  fail_point("forget");
  update_registry(models_dir, [&](Registry& registry) { take_out(registry, user); });
  fail_point("forget");
  return gone;
}

}  // namespace big
