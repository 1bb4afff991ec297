#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "big/core/json.h"
#include "big/registry/target_model.h"

namespace big {

/// What is known of one taught subject.
struct Subject {
  std::string identifier, category, user;
  TargetModel target = TargetModel::kPrivate;
  std::string base_name, base_hash;
  std::string model_path;  ///< relative to models_dir
  int64_t photos = 0, steps = 0;
  std::string date;  ///< UTC, 2026-11-25T10:00:00Z
  uint64_t seed = 0;
  Json extra = Json::object();  ///< keys of newer versions of the program: kept, never dropped
};

/// The state of a metamodel: which published version counts.
struct MetamodelState {
  std::string version;  ///< folder name under versions/, empty: nothing taught yet
  std::string base_name, base_hash;
  Json extra = Json::object();  ///< as in Subject
};

/// All subjects of a models folder: registry.json, schema_version 1. A value: read it, change a copy, write
/// it.
struct Registry {
  std::vector<Subject> subjects;
  std::map<std::string, MetamodelState> metamodels;  ///< key: "meta", or "private_meta/<user>"
  std::vector<std::string> retired;  ///< "<scope>/<identifier>" removed or rolled away: never given again
  Json extra = Json::object();

  /// Subjects visible to `user` in `target` (meta: everybody's).
  std::vector<Subject> visible(TargetModel target, const std::string& user) const;
  /// identifier -> category of visible().
  std::map<std::string, std::string> categories(TargetModel target, const std::string& user) const;
  std::optional<Subject> find(TargetModel target,
                              const std::string& user,
                              const std::string& identifier) const;
  /// Why `identifier` cannot be had in the scope of `target` ("names a dog of user 'ann' already", "named a subject
  /// that was removed, and is never given again"), or "" where it is free as far as the registry knows.
  std::string taken_by(TargetModel target, const std::string& user, const std::string& identifier) const;
};

/// Where identifiers must be distinct: "private/<user>", "private_meta/<user>", "meta".
std::string identifier_scope(TargetModel target, const std::string& user);

/// Reads `models_dir/registry.json` without a lock; an absent file is an empty registry. A damaged one throws
/// InputError with line and column, or the subject and key; a schema newer than ours throws too. Names and
/// paths that could leave the models folder, and one identifier twice in a scope, are damage.
Registry read_registry(const std::filesystem::path& models_dir);
/// Under models_dir/locks/registry.lock: reads, lets `change` edit, writes atomically. A damaged file is
/// never overwritten; what `change` throws, or what it leaves that could not be read again, leaves the file
/// as it was.
void update_registry(const std::filesystem::path& models_dir, const std::function<void(Registry&)>& change);

/// An identifier reserved while a run lives, by a lock that the kernel drops with the process (a file in
/// models_dir/locks, deleted on release). Register the subject before letting go.
class IdentifierReservation {
 public:
  const std::string& identifier() const { return identifier_; }
  IdentifierReservation(IdentifierReservation&&) noexcept;
  IdentifierReservation& operator=(IdentifierReservation&&) noexcept;
  ~IdentifierReservation();

 private:
  friend IdentifierReservation reserve_identifier(const std::filesystem::path&,
                                                  TargetModel,
                                                  const std::string&,
                                                  const std::vector<std::string>&);
  IdentifierReservation();
  std::string identifier_;
  struct Held;
  std::unique_ptr<Held> held_;
};
/// Takes the first of `candidates` that is neither registered, nor retired, nor reserved by a living run in
/// the scope. Throws UsageError where there is none (one candidate: says who has it).
IdentifierReservation reserve_identifier(const std::filesystem::path& models_dir,
                                         TargetModel target,
                                         const std::string& user,
                                         const std::vector<std::string>& candidates);

}  // namespace big
