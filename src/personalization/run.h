#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "big/core/progress.h"
#include "big/personalization/finetune.h"
#include "big/personalization/models_dir.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/registry/registry.h"
#include "big/registry/replay_ledger.h"
#include "big/registry/replay_mix.h"
#include "big/training/trainer.h"
#include "big/training/training_data.h"
#include "checkpoints.h"
#include "claim.h"
#include "class_images.h"
#include "cost.h"
#include "exports.h"
#include "photo_set.h"

namespace big {

/// What one run of finetune works with, all of it settled before anything long begins.
struct Run {
  FinetuneOptions options;
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
  ProgressFn progress;
  BaseModel base;
  PhotoSet photos;
  std::filesystem::path contact_sheet;  ///< of the photos; empty: could not be written
  std::vector<size_t> held_out;  ///< indices of photos that are measured and not taught, rising
  Claim claim;
  std::filesystem::path
      start_folder;              ///< the model to go on from: the base, or a metamodel's current version
  std::vector<Subject> earlier;  ///< subjects of the metamodel to be replayed
  std::vector<ReplayedSubject> replayed;  ///< how often the metamodel was reminded of them so far
  std::shared_ptr<const ReplayMix> mix;   ///< what its prior rows show of them; null: no metamodel, or no prior
  std::vector<std::string>
      categories;  ///< that class pictures are wanted of, the new one first; empty: no prior
  std::vector<ClassImageRecipe> recipes;  ///< one a category
  int64_t class_images = 0;               ///< of each category
  std::vector<std::filesystem::path>
      class_files;  ///< the person's own class pictures, in place of drawn ones of the new category
  Json settings;                      ///< run_settings
  std::optional<ResumePoint> resume;  ///< the checkpoint to go on from
  ModelSize size;
  uint64_t conversion_bytes = 0;  ///< a dry run's: what making a folder of the base would write
  LoadOptions load;
  Exports exports;
};

/// Checks names and numbers, finds the base, reads the photos, claims identifier and model. Throws before
/// anything is written that is no cache.
Run prepare_run(const FinetuneOptions& options, const ProgressFn& progress);

/// A plan with what was measured for it.
struct MeasuredPlan {
  FinetunePlan plan;
  std::vector<Example> instance;  ///< the photos as the trainer takes them
};
/// Predicts memory and disk; where they do not suffice the plan is announced and MachineError thrown (not
/// with force). Measures one step and one class picture, and announces the plan.
MeasuredPlan plan_run(const Run& run, const std::function<void(const FinetunePlan&)>& on_plan);

/// The recipes of all categories but one that the person has pictures of.
std::span<const ClassImageRecipe> recipes_to_draw(const Run& run);

/// Draws the class pictures that are missing, with the base.
ClassImageCount draw_missing(const Run& run);

/// Example::kind of class pictures, of those under the empty prompt, and of replayed photos.
inline constexpr const char *kClassKind = "class", *kEmptyKind = "empty prompt", *kReplayKind = "replay";

/// Instance rows and prior rows: class pictures, for metamodels mixed with kept photos of earlier subjects.
TrainingData teaching_data(const Run& run, StableDiffusion& model, std::vector<Example> instance);

/// The prior rows that so many updates see.
int64_t prior_rows(const TrainOptions& train, int64_t steps);

/// What would be kept if the run ended with `model` now, into `folder` (made if it is not there): a complete
/// diffusers folder.
void save_kept_parts(const Run& run, const StableDiffusion& model, const std::filesystem::path& folder);

/// Saves, publishes by rename, registers, deletes what is old. Returns the model's folder relative to
/// models_dir. `measured`: what the gate found, for the version's note.
std::filesystem::path publish(const Run& run,
                              const StableDiffusion& model,
                              const TrainResult& trained,
                              const std::optional<GateReport>& measured);

}  // namespace big
