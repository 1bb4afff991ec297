#include "model_folder.h"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace fs = std::filesystem;

namespace {

// diffusers' pipelines whose parts are those of a text-to-image model; what else they take (a picture, a
// mask) is no part.
const std::set<std::string> kPipelines = {"StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline",
                                          "StableDiffusionInpaintPipeline", "LatentConsistencyModelPipeline",
                                          "LatentConsistencyModelImg2ImgPipeline"};
const std::set<std::string> kXlPipelines = {"StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline",
                                            "StableDiffusionXLInpaintPipeline"};

/// A part is named by [library, class]; [null, null] says that there is none.
bool is_left_out(const Json& index, const std::string& part) {
  const auto found = index.find(part);
  return found != index.end() && found->is_array() && !found->empty() && found->front().is_null();
}

}  // namespace

ModelIndex read_model_index(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw InputError(concat(folder.string(),
                            ": there is no such folder; a model is a folder with model_index.json, unet/, "
                            "vae/, text_encoder/, tokenizer/ and scheduler/"));
  const auto path = folder / "model_index.json";
  if (!fs::exists(path))
    throw InputError(
        concat(folder.string(), ": no model_index.json in it, so it is no diffusers model folder"));
  const auto index = read_json(path);
  const JsonView view(index, path.string());
  const auto name = view.get<std::string>("_class_name");
  ModelIndex result;
  result.second_encoder = kXlPipelines.count(name) != 0;
  if (!result.second_encoder && kPipelines.count(name) == 0)
    throw InputError(concat(path.string(), ": the model is a ", name,
                            ", expected Stable Diffusion 1, 2 or XL: one of ",
                            join({kPipelines.begin(), kPipelines.end()}, ", "), ", ",
                            join({kXlPipelines.begin(), kXlPipelines.end()}, ", ")));
  if (result.second_encoder) {
    result.first_encoder = !is_left_out(index, "text_encoder");
    result.force_zeros_for_empty_prompt = view.get<bool>("force_zeros_for_empty_prompt", true);
  }
  return result;
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
