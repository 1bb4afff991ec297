#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "big/core/progress.h"
#include "big/registry/registry.h"

namespace big {

/// What a models folder holds of one user.
struct UserHoldings {
  std::vector<Subject> subjects;            ///< private, private_meta's and the user's own of meta, as registered
  std::vector<std::string> unfinished;      ///< identifiers of runs on meta that failed or were stopped
  std::vector<std::filesystem::path> kept;  ///< folders and files that are the user's alone, relative to models_dir
  int64_t photos = 0;                       ///< photos kept for metamodels
  uint64_t bytes = 0;                       ///< of `kept`
  bool empty() const { return subjects.empty() && unfinished.empty() && kept.empty(); }
};

/// What there is of `user`, nothing done. Throws UsageError where there is nothing, naming the users there are.
UserHoldings holdings_of_user(const std::filesystem::path& models_dir, const std::string& user);

/// Deletes all of it: private models, the private metamodel, checkpoints, reports and logs; the user's subjects of meta
/// with their kept photos (their words are never given again), what tells of the runs that taught them, and the
/// user's rows in the notes of meta's versions. What meta's weights learned of them stays in the weights. The registry
/// is written last: a call that was killed is finished by the next one. Waits for runs on the user's models and on meta;
/// with `no_wait` BusyError. Throws UsageError as holdings_of_user, MachineError where something cannot be deleted.
UserHoldings forget_user(const std::filesystem::path& models_dir,
                         const std::string& user,
                         bool no_wait = false);

/// Copies all of it into the new folder `target` (by one rename, so that it is there whole or not at all):
///   user.json                            the registry's rows, each with where its model and photos lie in here
///   private/<identifier>/                models, complete diffusers folders
///   private_meta/model/                  the current version
///   private_meta/photos/<identifier>/, meta/photos/<identifier>/
///   meta/runs/<version>/                 what tells of the runs that taught the user's subjects
///   unfinished/<target model>/...        logs and reports of runs that failed
/// The weights of meta, which hold everybody's subjects, are not among it. Waits as forget_user. Progress counts
/// files. Throws UsageError where `target` exists or nothing is there, MachineError where the disk is too small.
UserHoldings export_user(const std::filesystem::path& models_dir,
                         const std::string& user,
                         const std::filesystem::path& target,
                         bool no_wait = false,
                         const ProgressFn& progress = {});

}  // namespace big
