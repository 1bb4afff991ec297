#include "batches.h"

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/imaging/resize.h"
#include "encode_picture.h"
#include "latent_mask.h"
#include "photo_order.h"
#include "step_draws.h"

namespace big {

namespace {

/// For messages.
std::string name_of(const Example& example) {
  if (example.name.empty()) return concat('\'', example.prompt, '\'');
  return concat('\'', example.name, "' ('", example.prompt, "')");
}

}  // namespace

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
  for (size_t i = 0; i < data.instance.size(); ++i)
    round_.insert(round_.end(), static_cast<size_t>(data.instance[i].repeats), i);
}

Batch Batches::read(int64_t pass) {
  means_.clear();
  stds_.clear();
  masks_.clear();
  time_ids_.clear();
  Batch batch;
  const int64_t first = pass * options_.train_batch_size;
  for (int64_t n = first; n < first + options_.train_batch_size; ++n)
    add_row(data_.instance[round_[photo_at(options_.seed, n, round_.size())]], pass, batch);
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

Batches::Shown Batches::cached(const Example& example, bool flip) const {
  if (!flip) return {{example.latent_mean, example.latent_std}, example.sizes, example.latent_mask};
  const auto mask = example.latent_mask.defined() ? example.latent_mask.flip(-1) : example.latent_mask;
  // The middle of a picture is the middle of its mirror image: the sizes stay.
  return {{example.mirrored_mean, example.mirrored_std}, example.sizes, mask};
}

Batches::Shown Batches::encoded(const Example& example, int64_t pass, int64_t row, bool flip) {
  const auto side = static_cast<int>(options_.resolution);
  const Corner corner = draw_crop(options_.seed, pass, row, example.image, side);
  const auto part = [&](const Image& picture) {
    Image square = crop(picture, corner.x, corner.y, side, side);
    return flip ? mirror(square) : square;
  };
  Image square = part(example.image);
  if (example.color_jitter > 0)
    square = change_colors(square, draw_color_change(options_.seed, pass, row, example.color_jitter));
  Shown shown{encode_picture(model_, square), example.sizes, {}};
  shown.sizes.crop_top += corner.y;
  shown.sizes.crop_left += flip ? example.image.width - side - corner.x : corner.x;
  if (!example.mask_image.pixels.empty())
    shown.mask = latent_mask(part(example.mask_image), shown.latents.mean.sizes());
  return shown;
}

void Batches::add_row(const Example& example, int64_t pass, Batch& batch) {
  const auto row = static_cast<int64_t>(batch.prompts.size());
  const bool flip = example.may_flip && draw_flip(options_.seed, pass, row);
  const Shown shown =
      example.latent_mean.defined() ? cached(example, flip) : encoded(example, pass, row, flip);
  const auto cells = shown.latents.mean.sizes();  // [C,h,w]
  const auto mask = shown.mask.defined() ? shown.mask : torch::ones({1, cells[1], cells[2]});
  masks_.push_back(mask.to(model_.device, dtype_));
  means_.push_back(shown.latents.mean.to(model_.device, dtype_));
  stds_.push_back(shown.latents.std.to(model_.device, dtype_));
  time_ids_.push_back(time_ids(model_, shown.sizes));
  batch.prompts.push_back(example.prompt);
  batch.names.push_back(name_of(example));
  batch.kinds.push_back(example.kind);
}

}  // namespace big
