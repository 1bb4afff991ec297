#include "teacher.h"

#include <set>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/networks/adapted_layer.h"

namespace big {
namespace {

UNet2DCondition copy_of(const UNet2DCondition& unet) {
  const torch::NoGradGuard no_grad;
  UNet2DCondition copy(unet->config);
  const auto from = unet->parameters();
  auto to = copy->parameters();
  for (size_t i = 0; i < from.size(); ++i) {
    to[i].set_data(from[i].detach().clone());
    to[i].requires_grad_(false);
  }
  return copy;
}

/// The second half of the rows; of an undefined tensor nothing.
torch::Tensor prior_half(const torch::Tensor& rows) { return rows.defined() ? rows.chunk(2)[1] : rows; }

}  // namespace

Teacher::Teacher(StableDiffusion& model, const TrainingData& data, const TrainOptions& options)
    : model_(model),
      embeddings_(model, TextEncoderMode::kFrozen, model.unet->parameters().front().scalar_type()) {
  if (parse_train_method(options.method) == TrainMethod::kFull) copy_ = copy_of(model.unet);
  // Now, while the text encoders are as they were.
  const WithoutAdapters first(*model.text_encoder);
  std::unique_ptr<WithoutAdapters> second;
  if (model.text_encoder_2) second = std::make_unique<WithoutAdapters>(*model.text_encoder_2);
  std::set<std::string> prompts;
  for (const auto& example : data.prior) prompts.insert(example.prompt);
  for (const auto& prompt : prompts) embeddings_.rows({prompt});
}

torch::Tensor Teacher::predict(const torch::Tensor& x_t, const torch::Tensor& timesteps, const Batch& batch) {
  const torch::NoGradGuard no_grad;
  const std::vector<std::string> prompts(batch.prompts.begin() + static_cast<int64_t>(batch.prompts.size() / 2),
                                         batch.prompts.end());
  const auto text = embeddings_.rows(prompts);
  const AddedConditions added{text.pooled, prior_half(batch.time_ids), {}};
  if (copy_) return copy_->forward(prior_half(x_t), prior_half(timesteps), text.context, added);
  const WithoutAdapters plain(*model_.unet);
  return model_.unet->forward(prior_half(x_t), prior_half(timesteps), text.context, added);
}

torch::Tensor Teacher::taught_target(const torch::Tensor& x_t,
                                     const torch::Tensor& timesteps,
                                     const Batch& batch,
                                     const torch::Tensor& target) {
  return torch::cat({target.chunk(2)[0], predict(x_t, timesteps, batch).to(target.scalar_type())});
}

std::unique_ptr<Teacher> make_teacher(StableDiffusion& model,
                                      const TrainingData& data,
                                      const TrainOptions& options) {
  if (options.prior != "pictures" && options.prior != "self_distilled")
    throw UsageError(concat("prior is '", options.prior, "', expected pictures or self_distilled"));
  if (options.prior == "pictures" || options.prior_loss_weight == 0) return nullptr;
  return std::make_unique<Teacher>(model, data, options);
}

}  // namespace big
