#include "model_location.h"

#include "big/core/error.h"
#include "big/core/link_loop.h"
#include "big/core/text.h"

namespace big {
namespace fs = std::filesystem;

fs::path locate_model(const std::string& name_or_path, const CommonOptions& common) {
  for (const fs::path& place :
       {fs::path(name_or_path), common.models_dir / name_or_path, common.project_models / name_or_path}) {
    refuse_link_loop(place);
    std::error_code ignored;
    if (fs::exists(place, ignored)) return place;
  }
  throw InputError(concat(name_or_path, ": there is no such file or folder, nor a model of that name in ",
                          common.models_dir.string(), " or ", common.project_models.string()));
}

}  // namespace big
