#include "model_folder.h"

#include <fstream>
#include <regex>
#include <sstream>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace fs = std::filesystem;

void check_model_index(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw InputError(concat(folder.string(),
                            ": there is no such folder; a model is a folder with model_index.json, unet/, "
                            "vae/, text_encoder/, tokenizer/ and scheduler/"));
  const auto path = folder / "model_index.json";
  if (!fs::exists(path))
    throw InputError(
        concat(folder.string(), ": no model_index.json in it, so it is no diffusers model folder"));
  const auto index = read_json(path);
  const auto name = JsonView(index, path.string()).get<std::string>("_class_name");
  if (name != "StableDiffusionPipeline")
    throw InputError(
        concat(path.string(), ": the model is a ", name,
               ", expected a StableDiffusionPipeline (Stable Diffusion 1 or 2, or the starter)"));
}

NoiseScheduleConfig read_schedule_config(const fs::path& folder) {
  const auto path = folder / "scheduler" / "scheduler_config.json";
  std::ifstream file(path);
  if (!file) throw InputError(concat(path.string(), ": cannot be read; a model folder needs it"));
  std::stringstream text;
  text << file.rdbuf();
  // diffusers writes the solver's lambda_min_clipped as -Infinity, which is not JSON; it is the default.
  const auto json = std::regex_replace(text.str(), std::regex(R"((:\s*)-?(Infinity|NaN)\b)"), "$1null");
  return NoiseScheduleConfig::from_json(parse_json(json, path.string()), path.string());
}

}  // namespace big
