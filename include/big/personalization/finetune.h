#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "big/core/progress.h"
#include "big/imaging/photo_doctor.h"
#include "big/imaging/read_image.h"
#include "big/personalization/gate_report.h"
#include "big/pipeline/model_source.h"
#include "big/registry/target_model.h"
#include "big/training/measurement.h"
#include "big/training/train_options.h"

namespace big {

/// A person's wish: teach this.
struct FinetuneOptions {
  std::filesystem::path photos;
  std::string category;
  TargetModel target = TargetModel::kPrivate;
  std::string user;
  std::filesystem::path models_dir, project_models;
  std::string pretrained_model = "starter";
  std::string identifier;         ///< empty: the best unused one-token word (suggest_identifiers)
  /// A person's own words to take the identifier from, one a line; empty: the rare words of the base's tokenizer.
  std::filesystem::path identifier_list;
  int64_t num_class_images = -1;  ///< -1: as many as steps, at most 200
  std::filesystem::path class_data_dir;  ///< pictures of the category, in place of drawn ones; empty: drawn
  int64_t class_image_steps = 25;
  double class_image_guidance = -1;   ///< negative: guidance_scale of the base's big.json, else 7.5
  std::string class_image_scheduler;  ///< empty: scheduler of the base's big.json, else its folder's
  bool overwrite = false, dry_run = false, no_wait = false, force = false;
  std::string device = "auto", dtype = "auto";
  ModelSource source;  ///< clip_vocabulary is found in project_models
  /// What to write: "diffusers" (a subject's model is always such a folder) and, after commas, "single_file":
  /// one .safetensors for web UIs in that folder, its numbers of type save_dtype ("auto": as the base's);
  /// "kohya", "peft": a LoRA in these forms. Each is read back and compared before it counts.
  std::string save = "diffusers", save_dtype = "auto";
  /// The single file gets those tensors of a single-file base that diffusers has no place for (schedule buffers,
  /// OpenCLIP's last layer; not the base's moving average).
  bool keep_extra = false;
  /// A checkpoint to go on from: a path, or "latest" of the target model; empty: begin anew. The identifier and
  /// the seed are then the checkpoint's where none are given.
  std::string resume;
  bool seed_given = true;
  /// What a metamodel's new version must show before it becomes the current one: strict refuses it (GateError),
  /// warn says what is wrong and goes on, off measures nothing. Private models have no gate.
  std::string gate = "warn";
  /// Which rows of the batches remind a metamodel of what it knows (ReplayMix): balanced | uniform | original | none.
  std::string replay = "balanced";
  int64_t max_subjects = 0;  ///< that a metamodel holds at most, meta: of this user; 0: any number
  int64_t checkpoints_total_limit = 1;  ///< older ones are deleted; 0: all are kept
  /// Photos that are not taught, for measuring; -1: one of six or more. With none the taught ones are measured.
  int64_t validation_photos = -1;
  /// What is drawn at each measurement; the identifier is put in where it is missing. Empty: nothing.
  std::string validation_prompt;
  int64_t num_validation_images = 4;
  bool tensorboard = false;  ///< curves for TensorBoard beside the model
  TrainOptions train;
  /// What a person types to repeat the run (without its identifier, which is found later), and the program's
  /// version: for run.json and train.log.
  std::string command, program_version;
};

/// What will be done, said before it is done.
struct FinetunePlan {
  std::vector<FoundPhoto> photos;
  std::vector<SkippedPhoto> skipped;
  std::vector<std::string> warnings;
  std::vector<std::filesystem::path> held_out;  ///< of the photos those that are measured, not taught
  std::vector<PhotoFinding> findings;   ///< said in the log before any model is loaded
  std::filesystem::path contact_sheet;  ///< what is learned of each photo; empty: could not be written
  std::string identifier;
  int64_t class_images_reused = 0, class_images_to_draw = 0;
  uint64_t predicted_memory_bytes = 0, predicted_disk_bytes = 0;
  double predicted_seconds = 0;  ///< from one measured step; class pictures included
};

struct FinetuneResult {
  std::string identifier, category, user;
  TargetModel target = TargetModel::kPrivate;
  std::string base_name, base_hash;
  std::filesystem::path model_path;
  std::filesystem::path report;  ///< the page that tells of the run; empty: could not be written
  std::map<std::string, std::filesystem::path> saved;  ///< kind -> file, of what was written besides
  int64_t steps = 0;      ///< updates done
  int64_t kept_step = 0;  ///< updates of the weights that were kept
  std::optional<Measurement> measured;  ///< of the kept weights, or nothing
  double seconds = 0, final_loss = 0;
  uint64_t seed = 0;
  FinetunePlan plan;
  std::optional<GateReport> gate;  ///< of a metamodel, unless the gate was off
  bool dry_run = false;
};

/// Photos -> identifier. Reserve an identifier, scan photos, draw missing class pictures, train, publish by
/// rename, register last. Everything before the registry's write can die at any moment and leaves nothing but
/// caches. Throws GateError where a metamodel's gate is strict and shut.
FinetuneResult finetune(const FinetuneOptions& options,
                        const std::function<void(const FinetunePlan&)>& on_plan = {},
                        const ProgressFn& progress = {});

}  // namespace big
