#include "preview_pictures.h"

#include <algorithm>
#include <cstdio>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/imaging/png.h"
#include "big/registry/prompt_template.h"
#include "class_images.h"
#include "rehearsal.h"
#include "run.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char* kName = "step-%lld-%d.png";

ClassImageRecipe recipe_of(const Run& run) {
  return class_image_recipe(run.base, run.load.source, run.options.category, run.options);
}

}  // namespace

GenerateOptions preview_request(const Run& run) {
  const FinetuneOptions& options = run.options;
  GenerateOptions request = class_image_request(recipe_of(run), options.train.seed, options.num_validation_images);
  const std::string &identifier = run.claim.identifier, &category = options.category;
  const std::string prompt = caption_prompt(options.validation_prompt, identifier, category);
  request.prompt = expand_identifiers(prompt, {{identifier, category}}).text;
  request.prompt_syntax = kWebUiSyntax;
  return request;
}

void draw_previews(const Run& run, StableDiffusion& model, int64_t step, const fs::path& folder) {
  const GenerateOptions request = preview_request(run);
  try {
    fs::create_directories(folder);
    generate(model, request, [&](int64_t i, const Image& picture) {
      write_png(folder / concat("step-", step, "-", i, ".png"), picture);
      report(run.progress, {concat("drawing \"", request.prompt, "\""), i + 1, request.num_images});
    });
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    log_warning(concat("no pictures after ", step, " updates: ", error.what()));
  }
}

std::map<int64_t, std::vector<fs::path>> previews_in(const fs::path& folder) {
  std::map<int64_t, std::map<int, fs::path>> found;
  std::error_code error;
  const fs::directory_iterator end;
  for (fs::directory_iterator it(folder, error); !error && it != end; it.increment(error)) {
    long long step = 0;
    int number = 0;
    if (std::sscanf(it->path().filename().c_str(), kName, &step, &number) == 2) found[step][number] = it->path();
  }
  std::map<int64_t, std::vector<fs::path>> previews;
  for (const auto& [step, pictures] : found)
    for (const auto& [number, picture] : pictures) previews[step].push_back(picture);
  return previews;
}

double preview_seconds(const Run& run, StableDiffusion& model, int64_t done) {
  const TrainOptions& train = run.options.train;
  if (run.options.validation_prompt.empty()) return 0;
  const int64_t times = (train.max_train_steps - done) / train.validation_steps + 1;
  return seconds_per_class_image(model, recipe_of(run)) *
         static_cast<double>(times * run.options.num_validation_images);
}

}  // namespace big
