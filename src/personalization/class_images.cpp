#include "class_images.h"

#include <algorithm>

#include "base_hash.h"
#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/fail_point.h"
#include "big/core/file_lock.h"
#include "big/core/log.h"
#include "big/core/sha256.h"
#include "big/core/text.h"
#include "big/diffusion/samplers.h"
#include "big/imaging/png.h"
#include "big/imaging/read_image.h"
#include "big/pipeline/model_facts.h"
#include "big/registry/prompt_template.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr int kAttempts = 4;
/// Far beyond any number of class pictures, so that a second attempt repeats no other picture's seed.
constexpr uint64_t kSeedStride = 1'000'000;

/// Small pictures are drawn several at once, which costs less for each: as many as have the pixels of one picture of
/// SD 1, and few enough for a bar that moves.
int64_t pictures_at_once(int64_t size) {
  constexpr int64_t kPixels = 512 * 512, kMost = 8;
  return std::clamp(kPixels / (size * size), int64_t{1}, kMost);
}

Json read_if_there(const fs::path& file) { return fs::exists(file) ? read_json(file) : Json::object(); }

bool is_good(const fs::path& file, int64_t size) {
  if (!fs::exists(file)) return false;
  try {
    const Image image = read_image(file);
    return image.width == size && image.height == size && !is_constant(image);
  } catch (const InputError& error) {
    log_debug(concat("class picture to be drawn again: ", error.what()));
    return false;
  }
}

/// Runs of numbers that follow each other: {0,1,2,7} -> {0,3}, {7,1}.
std::vector<std::pair<int64_t, int64_t>> runs_of(const std::vector<int64_t>& numbers) {
  std::vector<std::pair<int64_t, int64_t>> runs;
  for (const int64_t n : numbers) {
    if (!runs.empty() && runs.back().first + runs.back().second == n) {
      ++runs.back().second;
    } else {
      runs.emplace_back(n, 1);
    }
  }
  return runs;
}

Image draw_again(StableDiffusion& base, const ClassImageRecipe& recipe, int64_t n) {
  for (int attempt = 1; attempt < kAttempts; ++attempt) {
    Image drawn;
    const uint64_t seed =
        recipe.base_seed + static_cast<uint64_t>(n) + kSeedStride * static_cast<uint64_t>(attempt);
    generate(base, class_image_request(recipe, seed, 1),
             [&](int64_t, Image image) { drawn = std::move(image); });
    if (!is_constant(drawn)) return drawn;
  }
  throw InputError(concat("model '", recipe.base_name, "' draws only empty pictures for \"", recipe.prompt,
                          "\"; its weights may be broken, or made for another --dtype"));
}

FileLock lock_folder(const fs::path& models_dir, const fs::path& folder, WhenBusy when_busy) {
  const fs::path lock = models_dir / "locks" / concat("class_images-", folder.filename().string(), ".lock");
  if (when_busy == WhenBusy::kWait) {
    return FileLock::acquire(lock,
                             [] { log_info("waiting for another run that draws the same class pictures"); });
  }
  auto taken = FileLock::try_acquire(lock);
  if (!taken) throw BusyError("another run draws the same class pictures; try later, or without --no_wait");
  return std::move(*taken);
}

}  // namespace

Json ClassImageRecipe::manifest() const {
  Json json = {{"prompt", prompt},      {"base", base_name},  {"base_hash", base_hash},    {"size", size},
               {"steps", steps},        {"sampler", sampler}, {"schedule", schedule_type}, {"guidance", guidance},
               {"base_seed", base_seed}};
  if (!vae_hash.empty()) json["vae_hash"] = vae_hash;
  return json;
}

ClassImageRecipe class_image_recipe(const BaseModel& base,
                                    const ModelSource& source,
                                    const std::string& category,
                                    const FinetuneOptions& options) {
  const fs::path defaults_file = base.folder / "big.json";
  const Json defaults = read_if_there(defaults_file);
  const JsonView own(defaults, defaults_file.string());
  const std::string scheduler = options.class_image_scheduler.empty() ? own.get<std::string>("scheduler", "")
                                                                      : options.class_image_scheduler;
  const SamplerChoice sampler = choose_sampler(scheduler, "", read_model_facts(base.folder, source).schedule);
  ClassImageRecipe recipe;
  recipe.base_name = base.name;
  recipe.base_hash = base.hash;
  if (!options.source.vae.empty()) recipe.vae_hash = vae_hash(options.source.vae, options.models_dir);
  recipe.prompt = class_prompt(category);
  recipe.sampler = sampler_name(sampler);
  recipe.schedule_type = schedule_type(sampler);
  recipe.size = options.train.resolution;
  recipe.steps = options.class_image_steps;
  recipe.guidance = options.class_image_guidance >= 0 ? options.class_image_guidance
                                                      : own.get<double>("guidance_scale", 7.5);
  return recipe;
}

fs::path class_image_folder(const fs::path& models_dir, const ClassImageRecipe& recipe) {
  // The base's name is for people: the same weights under another name share their pictures.
  Json made_by = recipe.manifest();
  made_by.erase("base");
  return models_dir / "cache" / "class_images" / sha256_hex(made_by.dump()).substr(0, 16);
}

fs::path class_image_file(const fs::path& folder, int64_t n) { return folder / concat(n, ".png"); }

bool is_constant(const Image& image) {
  if (image.pixels.empty()) return true;
  const size_t pixels = image.pixels.size() / 3;
  for (size_t i = 1; i < pixels; ++i) {
    // A step of 8-bit rounding is no content.
    for (size_t c = 0; c < 3; ++c) {
      if (std::abs(int{image.pixels[i * 3 + c]} - int{image.pixels[c]}) > 2) return false;
    }
  }
  return true;
}

std::vector<int64_t> missing_class_images(const fs::path& folder,
                                          const ClassImageRecipe& recipe,
                                          int64_t count) {
  std::vector<int64_t> missing;
  for (int64_t n = 0; n < count; ++n) {
    if (!is_good(class_image_file(folder, n), recipe.size)) missing.push_back(n);
  }
  return missing;
}

GenerateOptions class_image_request(const ClassImageRecipe& recipe, uint64_t seed, int64_t count) {
  GenerateOptions request;
  request.prompt = recipe.prompt;
  request.prompt_syntax = kPlainSyntax;  // what training is told is plain text
  request.num_images = count;
  request.num_inference_steps = recipe.steps;
  request.guidance_scale = recipe.guidance;
  request.scheduler = recipe.sampler;
  request.schedule = recipe.schedule_type;
  request.height = request.width = recipe.size;
  request.seed = seed;
  return request;
}

ClassImageCount draw_class_images(StableDiffusion& base,
                                  const fs::path& models_dir,
                                  const ClassImageRecipe& recipe,
                                  int64_t count,
                                  WhenBusy when_busy,
                                  const ProgressFn& progress) {
  const fs::path folder = class_image_folder(models_dir, recipe);
  const FileLock lock = lock_folder(models_dir, folder, when_busy);
  clean_leftovers(folder);
  write_file_atomically(folder / "manifest.json", recipe.manifest().dump(2) + "\n");

  // Looked up under the lock: while this run waited, the other one drew them.
  const auto missing = missing_class_images(folder, recipe, count);
  const auto total = static_cast<int64_t>(missing.size());
  int64_t done = 0;
  for (const auto& [first, length] : runs_of(missing)) {
    auto request = class_image_request(recipe, recipe.base_seed + static_cast<uint64_t>(first), length);
    request.batch_size = pictures_at_once(recipe.size);
    generate(base, request, [&, first = first](int64_t i, Image image) {
      if (is_constant(image)) image = draw_again(base, recipe, first + i);
      write_png(class_image_file(folder, first + i), image);
      fail_point("class_pictures");
      report(progress, {concat("drawing \"", recipe.prompt, "\""), ++done, total});
    });
  }
  return {count - total, total};
}

}  // namespace big
