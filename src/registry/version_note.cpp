#include "big/registry/version_note.h"

#include <algorithm>
#include <bit>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/text.h"
#include "registry_json.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char* kNoteFile = "big_version.json";
constexpr int64_t kLastVersions = 3;

}  // namespace

void write_version_note(const fs::path& folder, const VersionNote& note) {
  OrderedJson document = {
      {"version", note.version}, {"parent", note.parent}, {"learned", note.learned}, {"date", note.date}};
  document["subjects"] = OrderedJson::array();
  for (const Subject& subject : note.subjects) document["subjects"].push_back(subject_to_json(subject));
  if (!note.replayed.empty()) document["replayed"] = ledger_to_json(note.replayed);
  if (!note.measured.is_null()) document["measured"] = note.measured;
  write_file_atomically(folder / kNoteFile, document.dump(2) + "\n");
}

std::optional<VersionNote> read_version_note(const fs::path& folder) {
  const fs::path file = folder / kNoteFile;
  if (!fs::exists(file)) return std::nullopt;
  const Json document = read_json(file);
  const JsonView view(document, file.string());
  VersionNote note;
  note.version = view.get<int64_t>("version");
  note.parent = view.get<int64_t>("parent", 0);
  note.learned = view.get<std::string>("learned", "");
  note.date = view.get<std::string>("date", "");
  if (document.contains("measured")) note.measured = document.at("measured");
  if (document.contains("replayed"))
    note.replayed = ledger_from_json(document.at("replayed"), concat(file.string(), ": 'replayed'"));
  const Json& subjects = view.raw("subjects");
  if (!subjects.is_array()) {
    throw InputError(
        concat(file.string(), ": 'subjects' is ", type_name(subjects), ", expected a list of objects"));
  }
  for (const Json& element : subjects) {
    const std::string where = concat(file.string(), ": subjects[", note.subjects.size(), "]");
    note.subjects.push_back(subject_from_json(element, where));
  }
  return note;
}

fs::path versions_folder(TargetModel target, const std::string& user) {
  if (target == TargetModel::kMeta) return fs::path("metamodel") / "versions";
  if (target == TargetModel::kPrivateMeta) return fs::path("users") / user / "private_meta" / "versions";
  throw UsageError(concat("target model '", to_string(target),
                          "' has no versions: only the metamodels (private_meta, meta) go on learning"));
}

std::vector<int64_t> version_numbers(const fs::path& folder) {
  std::vector<int64_t> numbers;
  std::error_code error;
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    const bool is_number = name.size() < 18 && name.find_first_not_of("0123456789") == std::string::npos;
    if (is_number) numbers.push_back(std::stoll(name));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::vector<MetamodelVersion> metamodel_versions(const Registry& registry,
                                                 const fs::path& models_dir,
                                                 TargetModel target,
                                                 const std::string& user) {
  const fs::path folder = models_dir / versions_folder(target, user);
  const auto state = registry.metamodels.find(identifier_scope(target, user));
  if (state == registry.metamodels.end()) return {};
  std::vector<MetamodelVersion> versions;
  for (const int64_t number : version_numbers(folder)) {
    const std::string name = std::to_string(number);
    versions.push_back({number, name == state->second.version, read_version_note(folder / name)});
    if (versions.back().current) return versions;  // what lies beyond was never registered
  }
  return versions;
}

bool keeps_version(int64_t number, int64_t current) {
  return number > current - kLastVersions || std::has_single_bit(static_cast<uint64_t>(number));
}

}  // namespace big
