#include "validation_photos.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"
#include "run.h"

namespace big {
namespace {

/// From how many photos on one can be spared.
constexpr size_t kEnough = 6;
/// What is measured at most.
constexpr size_t kMostTaught = 12, kMostClassPictures = 6;
/// A backward pass costs two forward ones.
constexpr double kForwardsAnUpdateRow = 3;

/// How little a photo is fit to be held out.
int unfitness(const PhotoSet& set, size_t photo) {
  int worst = 0;
  for (const PhotoFinding& finding : set.findings) {
    if (std::ranges::count(finding.photos, set.photos[photo].path) == 0) continue;
    const bool twin = finding.fault == PhotoFault::kExactDuplicate || finding.fault == PhotoFault::kNearDuplicate;
    const bool of_all = finding.fault == PhotoFault::kSameBackground;
    worst = std::max(worst, twin ? 2 : of_all ? 0 : 1);
  }
  return worst;
}

size_t wanted_photos(const PhotoSet& set, const FinetuneOptions& options) {
  if (options.validation_photos < 0) return set.photos.size() >= kEnough ? 1 : 0;
  const auto wanted = static_cast<size_t>(options.validation_photos);
  if (wanted > 0 && wanted >= set.photos.size()) {
    throw UsageError(concat("--validation_photos ", wanted, " of ", set.photos.size(),
                            " photos leave nothing to learn from; 0 measures on the photos that are taught"));
  }
  return wanted;
}

}  // namespace

std::vector<size_t> photos_to_hold_out(const PhotoSet& set, const FinetuneOptions& options) {
  if (options.train.validation_steps == 0) {
    if (options.validation_photos <= 0) return {};
    throw UsageError("--validation_photos are for measuring: give --validation_steps too");
  }
  std::vector<size_t> photos(set.photos.size());
  for (size_t i = 0; i < photos.size(); ++i) photos[i] = photos.size() - 1 - i;
  std::ranges::stable_sort(photos, {}, [&](size_t photo) { return unfitness(set, photo); });
  photos.resize(wanted_photos(set, options));
  std::ranges::sort(photos);
  return photos;
}

std::vector<Example> take_held_out(const Run& run, std::vector<Example>& instance) {
  std::vector<Example> held_out, taught;
  for (size_t i = 0; i < instance.size(); ++i)
    (std::ranges::binary_search(run.held_out, i) ? held_out : taught).push_back(std::move(instance[i]));
  instance = std::move(taught);
  return held_out;
}

ValidationData validation_data(const Run& run, std::vector<Example> held_out, const TrainingData& data) {
  ValidationData found;
  if (run.options.train.validation_steps == 0) return found;
  found.held_out = std::move(held_out);
  for (const Example& photo : data.instance)
    if (found.taught.size() < kMostTaught) found.taught.push_back(photo);
  if (run.recipes.empty()) return found;  // without class pictures the class is not measured
  for (const Example& picture : data.prior) {
    if (picture.prompt == run.recipes.front().prompt && found.class_rows.size() < kMostClassPictures)
      found.class_rows.push_back(picture);
  }
  return found;
}

double validation_seconds(const Run& run, int64_t done, double per_update) {
  const TrainOptions& train = run.options.train;
  if (train.validation_steps == 0) return 0;
  const size_t taught = std::min(run.photos.photos.size() - run.held_out.size(), kMostTaught);
  const size_t of_class = std::min(static_cast<size_t>(run.class_images), kMostClassPictures);
  ValidationData sizes;
  sizes.taught.resize(taught);
  sizes.held_out.resize(run.held_out.size());
  sizes.class_rows.resize(of_class);
  const int64_t halves = train.prior_loss_weight > 0 ? 2 : 1;
  const int64_t rows_an_update = train.train_batch_size * halves * train.gradient_accumulation_steps;
  const int64_t times = (train.max_train_steps - done) / train.validation_steps + 1;
  return static_cast<double>(times * rows_of(sizes)) * per_update /
         (kForwardsAnUpdateRow * static_cast<double>(rows_an_update));
}

}  // namespace big
