#include "single_file_metadata.h"

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

constexpr const char* kKey = "big.configs";

}  // namespace

std::optional<ModelConfigs> configs_in_metadata(const TensorFile& file) {
  const auto found = file.metadata().find(kKey);
  if (found == file.metadata().end()) return std::nullopt;
  const std::string where = concat(file.path().string(), ": ", kKey);
  ModelConfigs configs;
  const Json json = parse_json(found->second, where);
  if (!json.is_object()) throw InputError(where + ": expected a JSON object of configs");
  for (const auto& [part, config] : json.items()) {
    if (!config.is_object())
      throw InputError(concat(where, ": '", part, "' is ", type_name(config), ", expected an object"));
    configs[part] = config;
  }
  for (const char* needed : {"model_index", "scheduler", "unet", "vae"})
    if (configs.count(needed) == 0) throw InputError(concat(where, ": '", needed, "' is missing"));
  return configs;
}

std::map<std::string, std::string> single_file_metadata(const StoredModel& model) {
  std::map<std::string, std::string> metadata = {{"format", "pt"}, {kKey, Json(model.configs).dump()}};
  const Json prediction = model.configs.at("scheduler").value("prediction_type", Json("epsilon"));
  metadata["modelspec.sai_model_spec"] = "1.0.0";
  metadata["modelspec.prediction_type"] = prediction == "v_prediction" ? "v" : "epsilon";
  if (!model.family.empty()) metadata["modelspec.architecture"] = family_named(model.family).architecture;
  return metadata;
}

}  // namespace big
