// Reading a whole model from one file.
#include <set>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/weights/stored_model.h"
#include "single_file_layout.h"
#include "single_file_metadata.h"
#include "single_file_names.h"
#include "tensor_names.h"

namespace big {
namespace {

constexpr const char* kEpsilon = "epsilon";
constexpr const char* kV = "v_prediction";
// sd-v2-0 base's training steps, by which diffusers tells it from the 768 px models too.
constexpr const char* kBaseSteps = "875000";

std::string fact(const TensorFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  return found == file.metadata().end() ? "" : found->second;
}

/// What the file says of the UNet's output: in its metadata (ModelSpec), or by a tensor that some trainers
/// add.
std::string said_prediction(const TensorFile& file) {
  const std::string spec = fact(file, "modelspec.prediction_type");
  if (spec == "v" || spec == kV || file.has("v_pred")) return kV;
  if (spec == kEpsilon) return kEpsilon;
  const std::string architecture = fact(file, "modelspec.architecture");
  if (architecture.starts_with(family_named("sd2_base").architecture)) return kEpsilon;
  if (architecture.starts_with(family_named("sd2").architecture)) return kV;
  return "";
}

std::string known_prediction(const TensorFile& file, const SingleFileOptions& options) {
  if (options.prediction_type.empty()) return said_prediction(file);
  if (options.prediction_type != kEpsilon && options.prediction_type != kV)
    throw UsageError(
        concat("--prediction_type ", options.prediction_type, ": expected ", kEpsilon, " or ", kV));
  return options.prediction_type;
}

/// Chooses between SD 2's two kinds.
void choose_kind_of_sd2(const TensorFile& file, std::string prediction, StoredModel& model) {
  if (prediction.empty() && fact(file, "global_step") == kBaseSteps) prediction = kEpsilon;
  if (prediction.empty()) {
    model.doubt =
        concat(model.where,
               ": Stable Diffusion 2's tensors do not tell v-prediction (768 px) from the base models "
               "(512 px); taken as v-prediction, as diffusers does; if pictures are noise, give "
               "--prediction_type epsilon");
  }
  model.family = prediction == kEpsilon ? "sd2_base" : "sd2";
}

void recognise(const TensorFile& file, const SingleFileOptions& options, StoredModel& model) {
  const std::string prediction = known_prediction(file, options);
  if (auto configs = configs_in_metadata(file)) {
    model.configs = std::move(*configs);
  } else {
    model.family = family_of(file.entries(), model.where).name;
    if (model.family == "sd2") choose_kind_of_sd2(file, prediction, model);
    model.configs = family_configs(model.family);
    if (file.has("ztsnr")) model.configs["scheduler"]["rescale_betas_zero_snr"] = true;
  }
  if (!prediction.empty()) model.configs["scheduler"]["prediction_type"] = prediction;
}

/// Files the tensors under a part's prefix into the part; those it has no use for are left to be extra.
void take_part(const TensorFile& file,
               const PartLayout& layout,
               UNetWeights unet,
               StoredModel& model,
               std::set<std::string>& used) {
  StoredTensors& part = model.parts[layout.part];
  const bool averaged = layout.prefix == kUNetPrefix && unet == UNetWeights::kMovingAverage;
  for (auto it = file.entries().lower_bound(layout.prefix);
       it != file.entries().end() && it->first.starts_with(layout.prefix); ++it) {
    const std::string own = it->first.substr(layout.prefix.size());
    if (is_ignored_name(own)) continue;
    const std::string stored = averaged ? ema_name(own) : it->first;
    if (!file.has(stored))
      throw InputError(concat(model.where, ": has no moving average of '", it->first, "' ('", stored,
                              "'); leave --ema away"));
    const auto names = layout.names.to_diffusers(own);
    for (const auto& [name, form] : names) part[name] = {&file, stored, form};
    if (names.empty() && layout.unknown == UnknownNames::kSurplus)
      part[own] = {&file, stored, TensorForm::kSame};
    else if (names.empty())
      continue;
    used.insert(stored);
  }
}

}  // namespace

StoredModel read_single_file(const std::filesystem::path& path, const SingleFileOptions& options) {
  StoredModel model;
  model.where = path.string();
  model.files.push_back(open_tensor_file(path));
  const TensorFile& file = *model.files.front();
  recognise(file, options, model);
  std::set<std::string> used;
  for (const auto& layout : layouts_in_file(model.configs, file))
    take_part(file, layout, options.unet, model, used);
  for (const auto& [name, entry] : file.entries())
    if (used.count(name) == 0) model.extra.emplace(name, StoredTensor{&file, name});
  for (const std::string part : {"unet", "vae", "text_encoder", "text_encoder_2"}) {
    if (model.configs.count(part) != 0 && model.parts[part].empty())
      throw InputError(concat(model.where, ": holds no tensor of the ", part,
                              "; expected a whole model (a file of the UNet alone?)"));
  }
  return model;
}

}  // namespace big
