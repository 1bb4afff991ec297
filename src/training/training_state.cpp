#include "big/training/training_state.h"

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/text.h"
#include "big/weights/safetensors.h"

namespace big {

namespace fs = std::filesystem;

namespace {

constexpr const char *kTensors = "training_state.safetensors", *kJson = "training_state.json";
constexpr int64_t kSchemaVersion = 1;

}  // namespace

void save_training_state(const TrainingState& state, const fs::path& folder, const Json& about) {
  write_safetensors(folder / kTensors, state.tensors);
  Json measurements = Json::array();
  for (const Measurement& one : state.measurements) measurements.push_back(Json(to_json(one)));
  const Json json = {{"schema_version", kSchemaVersion},
                     {"step", state.step},
                     {"rate_factor", state.rate_factor},
                     {"losses", state.losses},
                     {"measurements", measurements},
                     {"about", about}};
  write_file_atomically(folder / kJson, json.dump(1) + "\n");
}

bool has_training_state(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / kJson, ignored) && fs::exists(folder / kTensors, ignored);
}

StoredTrainingState load_training_state(const fs::path& folder) {
  const Json json = read_json(folder / kJson);
  const JsonView view(json, (folder / kJson).string());
  if (view.get<int64_t>("schema_version") != kSchemaVersion) {
    throw InputError(concat(view.where(), ": 'schema_version' is ", view.get<int64_t>("schema_version"),
                            ", expected ", kSchemaVersion, "; it is another version's of this program"));
  }
  StoredTrainingState stored;
  stored.about = view.has("about") ? view.raw("about") : Json::object();
  auto& state = stored.state;
  state.step = view.get<int64_t>("step");
  state.rate_factor = view.get<double>("rate_factor");
  state.losses = view.get<std::vector<double>>("losses");
  if (state.step < 1 || static_cast<size_t>(state.step) != state.losses.size()) {
    throw InputError(concat(view.where(), ": 'step' is ", state.step, " and there are ", state.losses.size(),
                            " losses, expected one a step"));
  }
  if (view.has("measurements")) {
    for (const Json& one : view.raw("measurements"))
      state.measurements.push_back(measurement_of(one, view.where() + ": a measurement"));
  }
  const SafetensorsFile file(folder / kTensors);
  for (const auto& [name, entry] : file.entries()) state.tensors.emplace_back(name, file.tensor(name));
  return stored;
}

}  // namespace big
