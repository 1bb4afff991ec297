#include "training/reference_run.h"

#include <torch/types.h>

#include <cmath>
#include <cstdlib>

#include "big/core/text.h"
#include "big/weights/state_dict.h"
#include "photo_order.h"

namespace big {

namespace {

constexpr uint64_t kSeed = 23;

/// Adding one number to all keys of a query changes no softmax: this gradient is zero in exact arithmetic,
/// and what rounding leaves of it is no one's to repeat.
bool has_no_gradient(const std::string& name) { return name.ends_with("k_proj.bias"); }

std::map<std::string, torch::Tensor> trained_tensors(const StableDiffusion& model,
                                                     const TrainOptions& options) {
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& [name, tensor] : state_dict(*model.unet)) tensors["unet." + name] = tensor.detach();
  const std::map<std::string, ClipTextModel> encoders = {{"text_encoder.", model.text_encoder},
                                                         {"text_encoder_2.", model.text_encoder_2}};
  for (const auto& [part, encoder] : encoders) {
    if (!options.train_text_encoder || !encoder) continue;
    for (const auto& [name, tensor] : state_dict(*encoder)) tensors[part + name] = tensor.detach();
  }
  return tensors;
}

void compare_updates(const OurRun& ours, const ReferenceRun& reference, std::vector<std::string>& found) {
  const bool one_by_one = reference.dtype() == torch::kFloat64;
  double all_distance = 0, all_size = 0;
  for (const auto& [name, expected] : reference.updates()) {
    if (!ours.updates.count(name)) {
      found.push_back(name + " was not trained");
      continue;
    }
    if (has_no_gradient(name)) continue;
    const auto want = expected.to(torch::kFloat64);
    const double distance = (ours.updates.at(name).to(torch::kFloat64) - want).norm().item<double>();
    const double size = want.norm().item<double>();
    all_distance += distance * distance;
    all_size += size * size;
    if (one_by_one && !(distance <= 1e-6 * size))
      found.push_back(concat("update of ", name, " is off by ", distance / size, " of its size"));
  }
  const double ratio = std::sqrt(all_distance / all_size);
  if (!one_by_one && !(ratio <= 0.01)) found.push_back(concat("all updates together are off by ", ratio));
  if (ours.updates.size() != reference.updates().size())
    found.push_back(concat(ours.updates.size(), " tensors trained, expected ", reference.updates().size()));
}

}  // namespace

std::filesystem::path reference_folder(const std::string& family) {
  const char* build = std::getenv("BIG_TEST_BINARY_DIR");
  return std::filesystem::path(build ? build : ".") / "references" / family;
}

ReferenceRun::ReferenceRun(const std::string& family, const std::string& name)
    : ReferenceRun(reference_folder(family) / ("training_" + name + ".safetensors")) {}

ReferenceRun::ReferenceRun(const std::filesystem::path& file)
    : file_(file), case_(parse_json(file_.metadata().at("case"), file.string())) {}

torch::ScalarType ReferenceRun::dtype() const {
  return case_.at("dtype") == "float64" ? torch::kFloat64 : torch::kFloat32;
}

TrainOptions ReferenceRun::options() const {
  TrainOptions options;
  options.max_train_steps = case_.at("steps");
  options.train_batch_size = case_.at("batch");
  options.gradient_accumulation_steps = case_.at("accumulation");
  options.train_text_encoder = case_.at("text_encoder");
  options.lr_scheduler = case_.at("lr_scheduler");
  options.lr_warmup_steps = case_.at("warmup");
  options.learning_rate = case_.at("learning_rate");
  options.prior_loss_weight = case_.at("prior_loss_weight");
  options.max_grad_norm = case_.at("max_grad_norm");
  options.adam_weight_decay = case_.at("weight_decay");
  options.snr_gamma = case_.at("snr_gamma");
  options.debiased_estimation = case_.at("debiased_estimation");
  options.noise_offset = case_.at("noise_offset");
  options.loss_type = case_.at("loss_type");
  options.huber_c = case_.at("huber_c");
  options.masked_loss = case_.at("masked_loss");
  options.mask_floor = case_.at("mask_floor");
  options.use_ema = case_.at("ema_decay") > 0;
  options.ema_decay = case_.at("ema_decay");
  options.optimizer = case_.at("optimizer");
  options.seed = kSeed;
  if (!case_.contains("method")) return options;

  options.method = case_.at("method");
  options.text_encoder_lr = case_.at("text_encoder_lr");
  options.text_encoder_stop = case_.at("text_encoder_stop");
  options.prior = case_.at("prior");
  options.word = {.word = case_.at("word"),
                  .initializer = case_.at("initializer"),
                  .num_vectors = case_.at("num_vectors"),
                  .learning_rate = case_.at("embedding_lr")};
  return options;
}

std::vector<Example> ReferenceRun::examples(const std::string& half) const {
  const auto mean = file_.tensor(half + ".mean"), std = file_.tensor(half + ".std");
  const auto sizes = file_.tensor(half + ".sizes");
  std::vector<Example> examples(static_cast<size_t>(mean.size(0)));
  for (size_t i = 0; i < examples.size(); ++i) {
    examples[i].latent_mean = mean[static_cast<int64_t>(i)];
    examples[i].latent_std = std[static_cast<int64_t>(i)];
    const auto* ids = sizes[static_cast<int64_t>(i)].data_ptr<int64_t>();
    examples[i].sizes = {ids[0], ids[1], ids[2], ids[3], ids[4], ids[5]};
    if (half == "instance") examples[i].latent_mask = file_.tensor("instance.mask")[static_cast<int64_t>(i)];
    examples[i].prompt = case_.at("prompts").at(half);
  }
  return examples;
}

TrainingData ReferenceRun::data() const {
  const auto in_turn = examples("instance");
  TrainingData data;
  data.prior = examples("prior");
  // The reference has one photo for each instance row, in turn; we deal them out shuffled: shuffle against
  // it.
  data.instance.resize(in_turn.size());
  for (size_t n = 0; n < in_turn.size(); ++n)
    data.instance[photo_at(kSeed, static_cast<int64_t>(n), in_turn.size())] = in_turn[n];
  return data;
}

TrainHooks ReferenceRun::hooks() const {
  const auto latent_noise = file_.tensor("latent_noise"), noise = file_.tensor("noise"),
             timesteps = file_.tensor("timesteps"), offset_noise = file_.tensor("offset_noise");
  return {[=](int64_t pass, at::IntArrayRef shape) {
    const auto rows = [&](const torch::Tensor& drawn) { return drawn[pass].slice(0, 0, shape[0]); };
    return StepDraws{rows(latent_noise), rows(noise), rows(timesteps), rows(offset_noise)};
  }};
}

std::vector<double> ReferenceRun::losses() const {
  const auto losses = file_.tensor("losses").contiguous();
  return {losses.data_ptr<double>(), losses.data_ptr<double>() + losses.numel()};
}

std::map<std::string, torch::Tensor> ReferenceRun::updates() const {
  const std::string prefix = "update.";
  std::map<std::string, torch::Tensor> updates;
  for (const auto& [name, entry] : file_.entries())
    if (name.starts_with(prefix)) updates[name.substr(prefix.size())] = file_.tensor(name);
  return updates;
}

OurRun repeat(const std::string& family, const ReferenceRun& reference) {
  auto model = load_model(reference_folder(family) / "model", {torch::kCPU, reference.dtype()});
  const auto options = reference.options();
  std::map<std::string, torch::Tensor> before;
  for (const auto& [name, tensor] : trained_tensors(model, options)) before[name] = tensor.clone();

  OurRun ours;
  ours.losses = train(model, reference.data(), options, {}, reference.hooks()).losses;
  for (const auto& [name, tensor] : trained_tensors(model, options))
    ours.updates[name] = tensor - before[name];
  return ours;
}

std::vector<std::string> differences(const OurRun& ours, const ReferenceRun& reference) {
  std::vector<std::string> found;
  const double tolerance = reference.dtype() == torch::kFloat64 ? 1e-8 : 1e-5;
  const auto expected = reference.losses();
  if (ours.losses.size() != expected.size())
    found.push_back(concat(ours.losses.size(), " losses, expected ", expected.size()));
  for (size_t i = 0; i < std::min(ours.losses.size(), expected.size()); ++i)
    if (!(std::abs(ours.losses[i] - expected[i]) <= tolerance))
      found.push_back(concat("loss of step ", i + 1, " is off by ", ours.losses[i] - expected[i]));
  compare_updates(ours, reference, found);
  return found;
}

}  // namespace big
