#pragma once

#include <cstdint>
#include <vector>

#include "big/training/training_data.h"
#include "big/training/validation.h"

namespace big {

struct FinetuneOptions;
struct PhotoSet;
struct Run;

/// Which photos (indices, rising) are kept from the training to measure it by: options.validation_photos, or one of
/// six or more. Photos that the doctor found nothing in come first, and none that another one resembles: it would
/// be learned all the same. Nothing where nothing is measured. Throws UsageError where no photo would be left, or
/// where options.validation_photos are asked for without validation_steps.
std::vector<size_t> photos_to_hold_out(const PhotoSet& set, const FinetuneOptions& options);

/// Takes the photos of run.held_out out of `instance`, one a photo.
std::vector<Example> take_held_out(const Run& run, std::vector<Example>& instance);

/// What the run is measured on: what was held out, what it learns (`data`) and pictures of its category, each up to
/// a number above which more would only cost time.
ValidationData validation_data(const Run& run, std::vector<Example> held_out, const TrainingData& data);

/// Seconds that all measurements of updates `done` to the last will take, where an update takes `per_update`.
double validation_seconds(const Run& run, int64_t done, double per_update);

}  // namespace big
