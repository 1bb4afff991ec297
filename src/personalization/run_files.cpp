#include "run_files.h"

#include <vector>

#include "big/registry/registry.h"
#include "run.h"

namespace big {
namespace fs = std::filesystem;
namespace {

fs::path folder_of(const fs::path& models_dir, TargetModel target, const std::string& user) {
  return models_dir / "cache" / "logs" / identifier_scope(target, user);
}

}  // namespace

fs::path run_file(const Run& run, const std::string& ending) {
  const auto& options = run.options;
  return folder_of(options.models_dir, options.target, options.user) / (run.claim.identifier + ending);
}

void remove_run_files(const fs::path& models_dir,
                      TargetModel target,
                      const std::string& user,
                      const std::string& identifier) noexcept {
  std::error_code ignored;
  const fs::path folder = folder_of(models_dir, target, user);
  if (identifier.empty()) {
    fs::remove_all(folder, ignored);
    return;
  }
  std::vector<fs::path> found;  // identifiers hold no '.'
  for (auto it = fs::directory_iterator(folder, ignored); !ignored && it != fs::directory_iterator();
       it.increment(ignored)) {
    if (it->path().filename().string().starts_with(identifier + ".")) found.push_back(it->path());
  }
  for (const auto& path : found) fs::remove_all(path, ignored);
}

}  // namespace big
