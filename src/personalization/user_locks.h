#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "big/core/file_lock.h"
#include "claim.h"

namespace big {

/// The right to write every model that a user has or is being taught, and meta: no run on them goes on while it is
/// held. Waits for those that do, or throws BusyError.
std::vector<FileLock> lock_models_of(const std::filesystem::path& models_dir,
                                     const std::string& user,
                                     WhenBusy when_busy);

/// Deletes the lock files that killed runs left under the user's name.
void remove_stale_locks(const std::filesystem::path& models_dir, const std::string& user) noexcept;

}  // namespace big
