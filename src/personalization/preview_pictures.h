#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "big/pipeline/text_to_image.h"

namespace big {

struct Run;

/// What the pictures of options.validation_prompt are drawn with: the sampler, steps and guidance of class pictures,
/// seeds from the run's on. `generate` with the same settings draws the same pictures of the model that is kept.
GenerateOptions preview_request(const Run& run);

/// Draws them with `model` as it is and writes step-<step>-<number>.png into `folder`. What cannot be drawn or written
/// is a warning: the run goes on. Throws Interrupted.
void draw_previews(const Run& run, StableDiffusion& model, int64_t step, const std::filesystem::path& folder);

/// The pictures that lie in `folder`, by step, in order of their numbers.
std::map<int64_t, std::vector<std::filesystem::path>> previews_in(const std::filesystem::path& folder);

/// Seconds that those of a whole run from update `done` on will take; 0 where none are asked for.
double preview_seconds(const Run& run, StableDiffusion& model, int64_t done);

}  // namespace big
