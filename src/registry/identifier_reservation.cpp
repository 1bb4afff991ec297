#include <algorithm>

#include "big/core/error.h"
#include "big/core/file_lock.h"
#include "big/core/text.h"
#include "big/registry/names.h"
#include "big/registry/registry.h"

namespace big {
namespace {

/// '/' becomes '+', which no user name holds: scopes stay apart.
std::filesystem::path lock_path(const std::filesystem::path& models_dir,
                                std::string scope,
                                const std::string& identifier) {
  std::replace(scope.begin(), scope.end(), '/', '+');
  return models_dir / "locks" / concat("identifier-", scope, "-", identifier, ".lock");
}

}  // namespace

struct IdentifierReservation::Held {
  FileLock lock;
};

IdentifierReservation::IdentifierReservation() = default;
IdentifierReservation::IdentifierReservation(IdentifierReservation&&) noexcept = default;
IdentifierReservation& IdentifierReservation::operator=(IdentifierReservation&&) noexcept = default;
IdentifierReservation::~IdentifierReservation() = default;

IdentifierReservation reserve_identifier(const std::filesystem::path& models_dir,
                                         TargetModel target,
                                         const std::string& user,
                                         const std::vector<std::string>& candidates) {
  const std::string scope = identifier_scope(target, user);
  const Registry known = read_registry(models_dir);
  std::string reason;
  for (const std::string& candidate : candidates) {
    validate_identifier(candidate);
    reason = known.taken_by(target, user, candidate);
    if (!reason.empty()) continue;
    auto lock = FileLock::try_acquire(lock_path(models_dir, scope, candidate));
    if (!lock) {
      reason = "is being taught by another run that is still going";
      continue;
    }
    lock->remove_on_release();
    // The run that held it a moment ago may have registered it since we looked.
    reason = read_registry(models_dir).taken_by(target, user, candidate);
    if (!reason.empty()) continue;

    IdentifierReservation reservation;
    reservation.identifier_ = candidate;
    reservation.held_ =
        std::make_unique<IdentifierReservation::Held>(IdentifierReservation::Held{std::move(*lock)});
    return reservation;
  }
  if (candidates.size() == 1) {
    throw UsageError(concat("identifier '", candidates[0], "' ", reason, " (", to_string(target),
                            "); choose another one"));
  }
  throw UsageError(concat("none of the ", candidates.size(), " identifiers at hand is free in ", scope,
                          "; choose one with --identifier, or pass more of them with --identifier_list"));
}

}  // namespace big
