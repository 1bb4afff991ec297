#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace big {

/// What stands beside its target for a while: kPartial is not finished (or not deleted) yet, kReplaced is the
/// whole target moved away by a file system that cannot swap two names.
enum class TemporaryKind { kPartial, kReplaced };

/// The parts of `<target>.partial-<pid>-<n>` or `<target>.replaced-<pid>-<n>`.
struct TemporaryName {
  std::string target;
  TemporaryKind kind = TemporaryKind::kPartial;
  int64_t process = 0;
};

/// A name beside `target` that no living process uses: the process number and a counter make it ours.
std::filesystem::path temporary_path(const std::filesystem::path& target, TemporaryKind kind);

/// The parts of a file name, or nothing where it is no temporary one.
std::optional<TemporaryName> parse_temporary_name(const std::string& name);

}  // namespace big
