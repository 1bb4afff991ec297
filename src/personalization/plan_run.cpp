#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "big/core/duration.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/registry/prompt_template.h"
#include "big/training/latent_cache.h"
#include "preview_pictures.h"
#include "rehearsal.h"
#include "run.h"
#include "validation_photos.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// Hard links work within one file system alone.
bool can_link(const fs::path& from, fs::path to) {
  while (!fs::exists(to) && to.has_parent_path() && to != to.parent_path()) to = to.parent_path();
  struct stat a {
  }, b{};
  return stat(from.c_str(), &a) == 0 && stat(to.c_str(), &b) == 0 && a.st_dev == b.st_dev;
}

std::vector<std::string> warnings_of(const Run& run) {
  auto warnings = run.photos.warnings;
  if (!run.claim.warning.empty()) warnings.push_back(run.claim.warning);
  const int64_t native = run.size.unet.sample_size * run.size.vae_scale,
                taught = run.options.train.resolution;
  if (2 * taught <= native) {
    warnings.push_back(concat("--resolution ", taught, ": this model was made for pictures of ", native,
                              " pixels; the subject will be learned for pictures of ", taught));
  }
  if (run.class_images == 0 && !run.earlier.empty()) {
    warnings.push_back(concat("without a prior the metamodel forgets the ", run.earlier.size(),
                              " subjects that it knows; leave --prior_loss_weight above 0"));
  }
  if (run.class_images > 0 && !run.earlier.empty() && run.options.replay == "none") {
    warnings.push_back(concat("--replay none: the metamodel forgets the ", run.earlier.size(),
                              " subjects that it knows"));
  }
  return warnings;
}

void count_class_images(const Run& run, FinetunePlan& plan) {
  for (const auto& recipe : recipes_to_draw(run)) {
    const fs::path folder = class_image_folder(run.options.models_dir, recipe);
    const auto missing = static_cast<int64_t>(missing_class_images(folder, recipe, run.class_images).size());
    plan.class_images_to_draw += missing;
    plan.class_images_reused += run.class_images - missing;
  }
}

/// Checkpoints that lie there at once: one is written before the oldest goes.
int64_t most_checkpoints(const FinetuneOptions& options) {
  if (options.train.checkpointing_steps <= 0) return 0;
  const int64_t all = (options.train.max_train_steps - 1) / options.train.checkpointing_steps;
  const int64_t limit = options.checkpoints_total_limit;
  return limit > 0 ? std::min(all, limit + 1) : all;
}

FinetunePlan predict(const Run& run) {
  const auto& options = run.options;
  FinetunePlan plan;
  plan.photos = run.photos.photos;
  plan.skipped = run.photos.skipped;
  plan.warnings = warnings_of(run);
  plan.findings = run.photos.findings;
  for (const size_t photo : run.held_out) plan.held_out.push_back(run.photos.photos[photo].path);
  plan.contact_sheet = run.contact_sheet;
  plan.identifier = run.claim.identifier;
  count_class_images(run, plan);
  DiskUse use;
  use.pictures = plan.class_images_to_draw;
  if (is_metamodel(run.options.target)) use.pictures += static_cast<int64_t>(plan.photos.size());
  use.checkpoints = most_checkpoints(options);
  use.can_link = can_link(run.start_folder, run.options.models_dir);
  plan.predicted_disk_bytes = predict_disk(run.size, run.options.train, use) + export_bytes(run) +
                              run.conversion_bytes;
  plan.predicted_memory_bytes =
      predict_memory(run.size, run.options.train, torch::elementSize(run.load.dtype));
  return plan;
}

/// Seconds from now to the end, and the photos encoded on the way.
double measure(const Run& run, const FinetunePlan& plan, std::vector<Example>& instance) {
  using Clock = std::chrono::steady_clock;
  const auto& options = run.options;
  double seconds = 0;
  if (plan.class_images_to_draw > 0) {
    StableDiffusion base = load_model(run.base.folder, run.load);
    const double drawing = seconds_per_class_image(base, recipes_to_draw(run).front()) *
                           static_cast<double>(plan.class_images_to_draw);
    log_info(concat("drawing ", plan.class_images_to_draw, " class pictures will take about ",
                    format_duration(drawing)));
    seconds += drawing;
  }
  // Its weights are thrown away afterwards: the measured step is a real one.
  LoadOptions load = run.load;
  if (run.start_folder != run.base.folder) load.source = {};
  StableDiffusion model = load_model(run.start_folder, load);
  const auto start = Clock::now();
  instance = make_examples(model, run.photos.images, instance_prompt(plan.identifier, options.category),
                           options.train, run.progress);
  for (size_t i = 0; i < instance.size(); ++i) {
    const auto& [caption, repeats] = run.photos.notes[i];
    if (!caption.empty()) instance[i].prompt = caption_prompt(caption, plan.identifier, options.category);
    instance[i].repeats = repeats;
  }
  const double encoding =
      std::chrono::duration<double>(Clock::now() - start).count() / static_cast<double>(instance.size());
  seconds += encoding * static_cast<double>(run.class_images * static_cast<int64_t>(run.recipes.size()));
  const int64_t done = run.resume ? run.resume->step : 0;
  const double per_update = seconds_per_update(model, instance, options.train);
  return seconds + per_update * static_cast<double>(options.train.max_train_steps - done) +
         validation_seconds(run, done, per_update) + preview_seconds(run, model, done);
}

}  // namespace

MeasuredPlan plan_run(const Run& run, const std::function<void(const FinetunePlan&)>& on_plan) {
  const auto announce = [&](const FinetunePlan& plan) {
    if (on_plan) on_plan(plan);
  };
  MeasuredPlan measured;
  measured.plan = predict(run);
  // What a GPU has left is its own matter; there the allocator says it.
  const uint64_t memory = run.load.device.is_cpu() ? measured.plan.predicted_memory_bytes : 0;
  if (!run.options.force) {
    try {
      refuse_what_memory_cannot_hold(memory, run.options.train);
      refuse_what_disk_cannot_hold(measured.plan.predicted_disk_bytes, run.options.models_dir);
    } catch (...) {
      announce(measured.plan);
      throw;
    }
  }
  measured.plan.predicted_seconds = measure(run, measured.plan, measured.instance);
  announce(measured.plan);
  return measured;
}

}  // namespace big
