#include "cli/models_location.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "big/core/error.h"

namespace big {
namespace fs = std::filesystem;

bool holds_models(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / "registry.json", error)) return true;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (fs::exists(entry.path() / "model_index.json", error)) return true;
  }
  return false;
}

fs::path find_project_models(const fs::path& executable) {
  const fs::path bin = executable.parent_path();
  for (const fs::path& candidate : {bin / "../../models", bin / "../share/big/models"}) {
    const fs::path folder = candidate.lexically_normal();
    if (holds_models(folder)) return folder;
  }
  return BIG_PROJECT_MODELS_DIR;
}

ModelsLocation locate_models() {
  std::error_code error;
  ModelsLocation location;
  location.project_models = find_project_models(fs::read_symlink("/proc/self/exe", error));
  if (const char* named = std::getenv("BIG_MODELS_DIR"); named != nullptr && *named != '\0') {
    if (!fs::is_directory(named, error)) {
      throw InputError(std::string("BIG_MODELS_DIR names no folder: ") + named +
                       " (make it, or unset the variable)");
    }
    location.models_dir = named;
    location.source = "BIG_MODELS_DIR";
  } else if (holds_models("models")) {
    location.models_dir = "models";
    location.source = "./models";
  } else {
    location.models_dir = location.project_models;
    location.source = "the project's models";
  }
  return location;
}

std::string login_name() {
  const passwd* entry = getpwuid(getuid());
  return entry != nullptr ? entry->pw_name : "uid-" + std::to_string(getuid());
}

}  // namespace big
