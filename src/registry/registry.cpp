#include "big/registry/registry.h"

#include <algorithm>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/file_lock.h"
#include "big/core/text.h"
#include "registry_json.h"

namespace big {
namespace {

std::filesystem::path registry_path(const std::filesystem::path& models_dir) {
  return models_dir / "registry.json";
}

bool is_visible(const Subject& subject, TargetModel target, const std::string& user) {
  return subject.target == target && (target == TargetModel::kMeta || subject.user == user);
}

}  // namespace

std::vector<Subject> Registry::visible(TargetModel target, const std::string& user) const {
  std::vector<Subject> found;
  for (const Subject& subject : subjects) {
    if (is_visible(subject, target, user)) found.push_back(subject);
  }
  return found;
}

std::map<std::string, std::string> Registry::categories(TargetModel target, const std::string& user) const {
  std::map<std::string, std::string> found;
  for (const Subject& subject : subjects) {
    if (is_visible(subject, target, user)) found[subject.identifier] = subject.category;
  }
  return found;
}

std::optional<Subject> Registry::find(TargetModel target,
                                      const std::string& user,
                                      const std::string& identifier) const {
  for (const Subject& subject : subjects) {
    if (subject.identifier == identifier && is_visible(subject, target, user)) return subject;
  }
  return std::nullopt;
}

std::string Registry::taken_by(TargetModel target, const std::string& user, const std::string& identifier) const {
  if (const auto subject = find(target, user, identifier))
    return concat("names a ", subject->category, " of user '", subject->user, "' already");
  const std::string key = identifier_scope(target, user) + "/" + identifier;
  if (std::find(retired.begin(), retired.end(), key) == retired.end()) return "";
  return "named a subject that was removed, and is never given again";
}

std::string identifier_scope(TargetModel target, const std::string& user) {
  switch (target) {
    case TargetModel::kPrivate:
    case TargetModel::kPrivateMeta:
      return to_string(target) + "/" + user;
    case TargetModel::kMeta:
      return "meta";
    case TargetModel::kPretrained:
      break;
  }
  throw UsageError("target model 'pretrained' knows no identifiers; expected private, private_meta or meta");
}

Registry read_registry(const std::filesystem::path& models_dir) {
  const std::filesystem::path path = registry_path(models_dir);
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return {};
  return registry_from_json(read_json(path), printable(path.string()));
}

void update_registry(const std::filesystem::path& models_dir, const std::function<void(Registry&)>& change) {
  const FileLock lock = FileLock::acquire(models_dir / "locks" / "registry.lock");
  Registry registry = read_registry(models_dir);
  change(registry);
  const std::string text = registry_to_json(registry).dump(2) + "\n";
  // Nothing is written that the next run could not read.
  registry_from_json(parse_json(text, "the new registry"), "the new registry");
  write_file_atomically(registry_path(models_dir), text);
}

}  // namespace big
