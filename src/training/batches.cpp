#include "batches.h"

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/imaging/resize.h"
#include "encode_picture.h"
#include "latent_mask.h"
#include "photo_order.h"
#include "step_draws.h"

namespace big {

Batches::Batches(StableDiffusion& model,
                 const TrainingData& data,
                 const TrainOptions& options,
                 torch::ScalarType dtype)
    : model_(model), data_(data), options_(options), dtype_(dtype) {
  if (data.instance.empty())
    throw UsageError("training: there is no photo of the subject, expected at least one");
  if (options.prior_loss_weight != 0 && data.prior.empty())
    throw UsageError(
        "training: prior_loss_weight is not 0 but there is no class picture; set num_class_images above 0 or "
        "prior_loss_weight to 0");
}

Batch Batches::read(int64_t pass) {
  means_.clear();
  stds_.clear();
  masks_.clear();
  time_ids_.clear();
  Batch batch;
  const int64_t first = pass * options_.train_batch_size;
  for (int64_t n = first; n < first + options_.train_batch_size; ++n)
    add_row(data_.instance[photo_at(options_.seed, n, data_.instance.size())], pass, batch);
  if (options_.masked_loss) batch.mask = torch::stack(masks_);

  for (int64_t n = first; options_.prior_loss_weight != 0 && n < first + options_.train_batch_size; ++n) {
    const size_t index = data_.prior_row ? data_.prior_row(n) : static_cast<size_t>(n) % data_.prior.size();
    add_row(data_.prior.at(index), pass, batch);
  }
  batch.latent_mean = torch::stack(means_);
  batch.latent_std = torch::stack(stds_);
  if (model_.time_id_count() > 0) batch.time_ids = torch::cat(time_ids_);
  return batch;
}

void Batches::add_row(const Example& example, int64_t pass, Batch& batch) {
  LatentDistribution latents{example.latent_mean, example.latent_std};
  SizeConditions sizes = example.sizes;
  torch::Tensor mask = example.latent_mask;
  if (!latents.mean.defined()) {
    const auto side = static_cast<int>(options_.resolution);
    const auto corner =
        draw_crop(options_.seed, pass, static_cast<int64_t>(batch.prompts.size()), example.image, side);
    sizes.crop_top = corner.y;
    sizes.crop_left = corner.x;
    latents = encode_picture(model_, crop(example.image, corner.x, corner.y, side, side));
    if (!example.mask_image.pixels.empty())
      mask = latent_mask(crop(example.mask_image, corner.x, corner.y, side, side), latents.mean.sizes());
  }
  if (!mask.defined()) mask = torch::ones({1, latents.mean.size(1), latents.mean.size(2)});
  masks_.push_back(mask.to(model_.device, dtype_));
  means_.push_back(latents.mean.to(model_.device, dtype_));
  stds_.push_back(latents.std.to(model_.device, dtype_));
  time_ids_.push_back(time_ids(model_, sizes));
  batch.prompts.push_back(example.prompt);
  batch.names.push_back(example.name.empty() ? concat('\'', example.prompt, '\'')
                                             : concat('\'', example.name, "' ('", example.prompt, "')"));
}

}  // namespace big
