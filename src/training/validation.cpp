#include "big/training/validation.h"

#include <cmath>

#include "big/core/text.h"
#include "big/training/denoising_errors.h"
#include "big/training/trainer.h"

namespace big {
namespace {

/// Two timesteps a quarter.
constexpr int64_t kLevels = 8;

/// [pictures, levels] -> the mean of each quarter of the levels.
Quarters quarters_of(const torch::Tensor& errors) {
  const auto means = errors.mean(0).reshape({4, kLevels / 4}).mean(1);
  Quarters quarters{};
  for (size_t q = 0; q < quarters.size(); ++q) quarters[q] = means[static_cast<int64_t>(q)].item<double>();
  return quarters;
}

void require_finite(const Quarters& errors, const std::string& of, int64_t step) {
  for (const double error : errors)
    if (!std::isfinite(error))
      throw NotFinite(concat("validation: the error of ", of, " after step ", step, " is no finite number"));
}

}  // namespace

Measurement measure(StableDiffusion& model,
                    const ValidationData& data,
                    uint64_t seed,
                    int64_t step,
                    const std::vector<Measurement>& before) {
  const DenoisingProbe probe{.levels = kLevels, .seed = seed};
  Measurement found;
  found.step = step;
  const auto add = [&](const Example& photo, bool held_out) {
    // One at a time: the noise is then the same for all of them.
    found.photos.push_back({photo.name, held_out, quarters_of(denoising_errors(model, {photo}, photo.prompt, probe))});
    require_finite(found.photos.back().errors, photo.name, step);
  };
  for (const Example& photo : data.held_out) add(photo, true);
  for (const Example& photo : data.taught) add(photo, false);
  if (!data.class_rows.empty()) {
    const std::string& prompt = data.class_rows.front().prompt;
    found.of_class = quarters_of(denoising_errors(model, data.class_rows, prompt, probe));
    require_finite(*found.of_class, concat("'", prompt, "'"), step);
  }
  set_score(found, before);
  return found;
}

int64_t rows_of(const ValidationData& data) {
  return kLevels * static_cast<int64_t>(data.held_out.size() + data.taught.size() + data.class_rows.size());
}

}  // namespace big
