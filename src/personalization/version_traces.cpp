#include "version_traces.h"

#include <algorithm>

#include "big/registry/version_note.h"
#include "delete_strictly.h"
#include "layout.h"
#include "run_files.h"

namespace big {
namespace fs = std::filesystem;
namespace {

bool taught_one(const VersionNote& note, const std::function<bool(const Subject&)>& whose) {
  return std::ranges::any_of(
      note.subjects, [&](const Subject& subject) { return subject.identifier == note.learned && whose(subject); });
}

}  // namespace

std::vector<fs::path> versions_that_taught(const fs::path& models_dir,
                                           TargetModel target,
                                           const std::string& user,
                                           const std::function<bool(const Subject&)>& whose) {
  std::vector<fs::path> found;
  const fs::path versions = models_dir / versions_folder(target, user);
  for (const int64_t number : version_numbers(versions)) {
    const fs::path folder = versions / std::to_string(number);
    const auto note = read_version_note(folder);
    if (note && taught_one(*note, whose)) found.push_back(folder);
  }
  return found;
}

void erase_version_traces(const fs::path& models_dir,
                          TargetModel target,
                          const std::string& user,
                          const std::function<bool(const Subject&)>& whose) {
  // First: the notes' rows say whose they are.
  for (const auto& folder : versions_that_taught(models_dir, target, user, whose))
    for (const auto& file : files_about_run(folder)) delete_strictly(file);
  const fs::path versions = models_dir / versions_folder(target, user);
  for (const int64_t number : version_numbers(versions)) {
    const fs::path folder = versions / std::to_string(number);
    auto note = read_version_note(folder);
    if (note && std::erase_if(note->subjects, whose) > 0) write_version_note(folder, *note);
  }
}

}  // namespace big
