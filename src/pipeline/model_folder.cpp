#include "model_folder.h"

#include <set>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/weights/stored_model.h"

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
  return model_index_from_json(read_json(path), path.string());
}

ModelIndex model_index_from_json(const Json& index, const std::string& where) {
  const JsonView view(index, where);
  const auto name = view.get<std::string>("_class_name");
  ModelIndex result;
  result.second_encoder = kXlPipelines.count(name) != 0;
  if (!result.second_encoder && kPipelines.count(name) == 0)
    throw InputError(concat(where, ": the model is a ", name,
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
  if (!fs::exists(path)) throw InputError(concat(path.string(), ": is missing; a model folder needs it"));
  return NoiseScheduleConfig::from_json(read_scheduler_json(path), path.string());
}

}  // namespace big
