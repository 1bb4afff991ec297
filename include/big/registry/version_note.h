#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "big/registry/registry.h"
#include "big/registry/replay_ledger.h"

namespace big {

/// What a metamodel's version says of itself: a small file in its folder, written with its weights.
struct VersionNote {
  int64_t version = 0;
  int64_t parent = 0;            ///< the version it went on from; 0: the base
  std::string learned;           ///< identifier of the subject that made it
  std::string date;              ///< UTC, as in Subject
  std::vector<Subject> subjects;  ///< all that it knows, as they were registered
  std::vector<ReplayedSubject> replayed;  ///< how often it was reminded of each; empty in versions of early programs
  Json measured = Json();         ///< what the gate found (GateReport::json); null: nothing was measured
};

/// A version as it lies in the models folder.
struct MetamodelVersion {
  int64_t number = 0;
  bool current = false;              ///< the one that is drawn with
  std::optional<VersionNote> note;  ///< nothing in versions of early programs
};

/// Writes `folder`/big_version.json.
void write_version_note(const std::filesystem::path& folder, const VersionNote& note);
/// Nothing where the folder holds none. Throws InputError where it is damaged.
std::optional<VersionNote> read_version_note(const std::filesystem::path& folder);

/// Where a metamodel's versions lie, relative to models_dir. Throws UsageError for a target model that is none.
std::filesystem::path versions_folder(TargetModel target, const std::string& user);
/// The numbers of the versions in `folder` (absolute), rising.
std::vector<int64_t> version_numbers(const std::filesystem::path& folder);
/// The published versions of a metamodel, rising: those up to the current one.
std::vector<MetamodelVersion> metamodel_versions(const Registry& registry,
                                                 const std::filesystem::path& models_dir,
                                                 TargetModel target,
                                                 const std::string& user);

/// Whether version `number` is kept when `current` is the newest: the last three, and powers of two (so that the way
/// back gets coarser with age, not shorter).
bool keeps_version(int64_t number, int64_t current);

}  // namespace big
