#include "layout.h"

#include <algorithm>

#include "big/core/text.h"
#include "big/personalization/models_dir.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPhotosKey = "photos_path";

}  // namespace

MetamodelLayout metamodel_layout(TargetModel target, const std::string& user) {
  const fs::path folder = subject_folder(target, user, "");
  return {folder / "versions", folder / "photos"};
}

fs::path fresh_folder(const fs::path& parent, const std::string& name) {
  fs::path folder = parent / name;
  for (int n = 2; fs::exists(folder); ++n) folder = parent / concat(name, '-', n);
  return folder;
}

std::string identifier_of_folder(const std::string& folder_name) {
  return folder_name.substr(0, folder_name.find('-'));
}

std::vector<int64_t> version_numbers(const fs::path& versions) {
  std::vector<int64_t> numbers;
  std::error_code error;
  for (auto it = fs::directory_iterator(versions, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    const bool is_number = name.size() < 18 && name.find_first_not_of("0123456789") == std::string::npos;
    if (is_number) numbers.push_back(std::stoll(name));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

fs::path kept_photos(const Subject& subject) {
  const auto found = subject.extra.find(kPhotosKey);
  return found != subject.extra.end() && found->is_string() ? fs::path(found->get<std::string>())
                                                            : fs::path();
}

void set_kept_photos(Subject& subject, const fs::path& relative) {
  subject.extra[kPhotosKey] = relative.string();
}

}  // namespace big
