#include "checkpoint_folders.h"

#include <algorithm>

#include "big/core/atomic_file.h"
#include "big/core/text.h"
#include "big/registry/registry.h"
#include "layout.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char *kRoot = "cache/checkpoints", *kPrefix = "checkpoint-";

/// The updates in "checkpoint-50", or -1.
int64_t updates_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  const std::string number = name.starts_with(kPrefix) ? name.substr(std::string(kPrefix).size()) : "";
  const bool is_number = !number.empty() && number.size() < 18 &&
                         number.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? std::stoll(number) : -1;
}

}  // namespace

fs::path checkpoints_folder(TargetModel target, const std::string& user, const std::string& identifier) {
  const fs::path scope = fs::path(kRoot) / identifier_scope(target, user);
  return identifier.empty() ? scope : scope / identifier;
}

std::string checkpoint_name(int64_t updates) { return concat(kPrefix, updates); }

std::vector<fs::path> checkpoints_in(const fs::path& folder) {
  auto found = folders_in(folder);
  std::erase_if(found, [](const fs::path& path) { return updates_of(path) < 0; });
  std::sort(found.begin(), found.end(),
            [](const fs::path& a, const fs::path& b) { return updates_of(a) < updates_of(b); });
  return found;
}

std::vector<std::string> subjects_with_checkpoints(const fs::path& models_dir,
                                                   TargetModel target,
                                                   const std::string& user) {
  std::vector<std::string> subjects;
  for (const auto& folder : folders_in(models_dir / checkpoints_folder(target, user, "")))
    if (!checkpoints_in(folder).empty()) subjects.push_back(folder.filename().string());
  return subjects;
}

void remove_checkpoints(const fs::path& models_dir,
                        TargetModel target,
                        const std::string& user,
                        const std::string& identifier) noexcept {
  std::error_code ignored;
  fs::remove_all(models_dir / checkpoints_folder(target, user, identifier), ignored);
}

void clean_checkpoints(const fs::path& models_dir) {
  // checkpoints/<scope>/<identifier>, a scope being one or two names.
  for (const auto& scope : folders_in(models_dir / kRoot)) {
    for (const auto& folder : folders_in(scope)) {
      clean_leftovers(folder);
      for (const auto& subject : folders_in(folder)) {
        if (updates_of(subject) < 0) clean_leftovers(subject);
      }
    }
  }
}

}  // namespace big
