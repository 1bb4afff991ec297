#include "layout.h"

#include "big/core/text.h"
#include "big/personalization/models_dir.h"
#include "big/registry/version_note.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPhotosKey = "photos_path";

}  // namespace

MetamodelLayout metamodel_layout(TargetModel target, const std::string& user) {
  return {versions_folder(target, user), subject_folder(target, user, "") / "photos"};
}

fs::path check_page(TargetModel target, const std::string& user) {
  return subject_folder(target, user, "") / "check.html";
}

fs::path fresh_folder(const fs::path& parent, const std::string& name) {
  fs::path folder = parent / name;
  for (int n = 2; fs::exists(folder); ++n) folder = parent / concat(name, '-', n);
  return folder;
}

std::string identifier_of_folder(const std::string& folder_name) {
  return folder_name.substr(0, folder_name.find('-'));
}

fs::path kept_photos(const Subject& subject) {
  const auto found = subject.extra.find(kPhotosKey);
  return found != subject.extra.end() && found->is_string() ? fs::path(found->get<std::string>())
                                                            : fs::path();
}

void set_kept_photos(Subject& subject, const fs::path& relative) {
  subject.extra[kPhotosKey] = relative.string();
}

std::vector<std::filesystem::path> folders_in(const std::filesystem::path& parent) {
  std::vector<std::filesystem::path> folders;
  std::error_code error;
  const std::filesystem::directory_iterator end;
  for (std::filesystem::directory_iterator it(parent, error); !error && it != end; it.increment(error))
    if (it->is_directory(error)) folders.push_back(it->path());
  return folders;
}

}  // namespace big
