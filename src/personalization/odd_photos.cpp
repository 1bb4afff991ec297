#include "odd_photos.h"

#include <algorithm>
#include <cmath>

namespace big {
namespace {

constexpr size_t kLeastPhotos = 4;
constexpr double kDeviations = 3, kOfNormal = 1.4826, kLeastGap = 0.05;

/// The logarithm of the geometric mean.
double log_mean_of(const Quarters& quarters) {
  double sum = 0;
  for (const double one : quarters) sum += std::log(one);
  return sum / static_cast<double>(quarters.size());
}

double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace

std::vector<PhotoChange> photo_changes(const Measurement& before, const Measurement& after) {
  std::vector<PhotoChange> changes;
  std::vector<double> taught;
  for (const PhotoErrors& photo : after.photos) {
    const auto was = std::ranges::find(before.photos, photo.name, &PhotoErrors::name);
    if (was == before.photos.end()) continue;
    const double before_it = log_mean_of(was->errors), after_it = log_mean_of(photo.errors);
    const double change = after_it - before_it;
    changes.push_back({photo.name, photo.held_out, std::exp(before_it), std::exp(after_it), std::expm1(change)});
    if (!photo.held_out) taught.push_back(change);
  }
  if (taught.size() < kLeastPhotos) return changes;
  const double median = median_of(taught);
  std::vector<double> deviations;
  for (const double change : taught) deviations.push_back(std::abs(change - median));
  const double limit = std::max(kLeastGap, kDeviations * kOfNormal * median_of(deviations));
  for (PhotoChange& photo : changes) photo.odd = !photo.held_out && std::log1p(photo.change) - median > limit;
  return changes;
}

}  // namespace big
