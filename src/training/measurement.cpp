#include "big/training/measurement.h"

#include <algorithm>
#include <cmath>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

/// Geometric mean over the quarters of now / first.
double ratio_of(const Quarters& now, const Quarters& first) {
  double sum = 0;
  for (size_t q = 0; q < now.size(); ++q) sum += std::log(now[q] / first[q]);
  return std::exp(sum / static_cast<double>(now.size()));
}

Quarters quarters_of(const JsonView& view, const std::string& key) {
  const auto numbers = view.get<std::vector<double>>(key);
  Quarters quarters{};
  if (numbers.size() != quarters.size())
    throw InputError(concat(view.where(), ": '", key, "' has ", numbers.size(), " numbers, expected ", quarters.size()));
  std::copy(numbers.begin(), numbers.end(), quarters.begin());
  return quarters;
}

}  // namespace

Quarters judged_errors(const Measurement& measurement) {
  const bool any_held_out = std::any_of(measurement.photos.begin(), measurement.photos.end(),
                                        [](const PhotoErrors& photo) { return photo.held_out; });
  Quarters mean{};
  double count = 0;
  for (const PhotoErrors& photo : measurement.photos) {
    if (photo.held_out != any_held_out) continue;
    for (size_t q = 0; q < mean.size(); ++q) mean[q] += photo.errors[q];
    ++count;
  }
  for (double& error : mean) error /= count;
  return mean;
}

void set_score(Measurement& measurement, const std::vector<Measurement>& before) {
  const Measurement first = before.empty() ? measurement : before.front();
  measurement.score = ratio_of(judged_errors(measurement), judged_errors(first));
  measurement.drift.reset();
  if (!measurement.of_class || !first.of_class) return;
  const double of_class = ratio_of(*measurement.of_class, *first.of_class);
  measurement.drift = of_class - 1;
  measurement.score *= std::max(1.0, of_class);
}

std::optional<size_t> best_of(const std::vector<Measurement>& measurements) {
  std::optional<size_t> best;
  for (size_t i = 0; i < measurements.size(); ++i) {
    if (measurements[i].step == 0) continue;  // a model that was taught nothing is no result
    if (!best || measurements[i].score < measurements[*best].score) best = i;
  }
  return best;
}

int64_t measurements_since_best(const std::vector<Measurement>& measurements) {
  const auto best = best_of(measurements);
  return best ? static_cast<int64_t>(measurements.size() - 1 - *best) : 0;
}

OrderedJson to_json(const Measurement& measurement) {
  OrderedJson photos = OrderedJson::array();
  for (const PhotoErrors& photo : measurement.photos)
    photos.push_back({{"name", printable(photo.name)}, {"held_out", photo.held_out}, {"errors", photo.errors}});
  return {{"step", measurement.step},
          {"score", measurement.score},
          {"drift", measurement.drift ? OrderedJson(*measurement.drift) : OrderedJson()},
          {"errors", judged_errors(measurement)},
          {"class_errors", measurement.of_class ? OrderedJson(*measurement.of_class) : OrderedJson()},
          {"photos", photos}};
}

Measurement measurement_of(const Json& json, const std::string& where) {
  const JsonView view(json, where);
  Measurement measurement;
  measurement.step = view.get<int64_t>("step");
  measurement.score = view.get<double>("score");
  if (view.has("drift")) measurement.drift = view.get<double>("drift");
  if (view.has("class_errors")) measurement.of_class = quarters_of(view, "class_errors");
  if (!view.has("photos") || !view.raw("photos").is_array() || view.raw("photos").empty())
    throw InputError(concat(where, ": 'photos' is no list of photos"));
  for (const Json& photo : view.raw("photos")) {
    const JsonView one(photo, where + ", photo");
    measurement.photos.push_back(
        {one.get<std::string>("name"), one.get<bool>("held_out"), quarters_of(one, "errors")});
  }
  return measurement;
}

}  // namespace big
