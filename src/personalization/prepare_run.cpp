#include <algorithm>

#include "big/core/error.h"
#include "big/core/fail_point.h"
#include "big/core/memory.h"
#include "big/core/text.h"
#include "big/pipeline/device.h"
#include "big/pipeline/folder_adapters.h"
#include "big/registry/names.h"
#include "big/registry/replay_mix.h"
#include "big/registry/version_note.h"
#include "cleanup.h"
#include "converted_base.h"
#include "kept_photos.h"
#include "layout.h"
#include "photo_check.h"
#include "quota.h"
#include "run.h"
#include "run_settings.h"
#include "teachable.h"
#include "validation_photos.h"

namespace big {
namespace {

constexpr int64_t kMostClassImages = 200;

void check_names(const FinetuneOptions& options) {
  validate_user(options.user);
  validate_category(options.category);
  if (!options.identifier.empty()) validate_identifier(options.identifier);
  if (options.target == TargetModel::kPretrained) {
    throw UsageError("target model 'pretrained' cannot be taught; use private, private_meta or meta");
  }
  if (options.overwrite && options.identifier.empty()) {
    throw UsageError("--overwrite teaches a known subject anew: name it with --identifier");
  }
}

void check_at_least(const char* name, int64_t value, int64_t least) {
  if (value < least) throw UsageError(concat("--", name, ' ', value, ": expected at least ", least));
}

void check_numbers(const FinetuneOptions& options) {
  check_at_least("max_train_steps", options.train.max_train_steps, 1);
  check_at_least("train_batch_size", options.train.train_batch_size, 1);
  check_at_least("gradient_accumulation_steps", options.train.gradient_accumulation_steps, 1);
  parse_replay(options.replay);
  check_at_least("resolution", options.train.resolution, 1);
  check_at_least("checkpointing_steps", options.train.checkpointing_steps, 0);
  check_at_least("max_subjects", options.max_subjects, 0);
  check_at_least("checkpoints_total_limit", options.checkpoints_total_limit, 0);
  check_at_least("validation_steps", options.train.validation_steps, 0);
  check_at_least("early_stop", options.train.early_stop, 0);
  if (options.train.validation_steps == 0 && (options.train.keep == "best" || options.train.early_stop > 0))
    throw UsageError("--keep best and --early_stop go by what is measured: give --validation_steps too");
  if (options.train.validation_steps == 0 && !options.validation_prompt.empty())
    throw UsageError("--validation_prompt is drawn where the run is measured: give --validation_steps too");
  check_at_least("num_validation_images", options.num_validation_images, 1);
  if (options.train.prior_loss_weight < 0) {
    throw UsageError(
        concat("--prior_loss_weight ", options.train.prior_loss_weight, ": expected 0 (no prior) or more"));
  }
  const bool drawn = options.train.prior_loss_weight > 0 && options.train.prior == "pictures";
  if (options.num_class_images == 0 && drawn) {
    throw UsageError(
        "--num_class_images 0 leaves the prior without pictures; switch it off with --prior_loss_weight 0");
  }
}

/// Which methods go with which target models.
void check_method(const FinetuneOptions& options) {
  const TrainOptions& train = options.train;
  const TrainMethod method = parse_train_method(train.method);
  if (method == TrainMethod::kTextualInversion && train.train_text_encoder)
    throw UsageError("--method textual_inversion teaches a word alone: leave --train_text_encoder away");
  if (is_metamodel(options.target) && teaches_word(method))
    throw UsageError(concat("--method ", train.method, " makes a word of one subject: it is for target model ",
                            "private; metamodels take full or lora"));
  if (is_metamodel(options.target) && train.prior == "self_distilled")
    throw UsageError(concat("--prior self_distilled is for target model private: a metamodel remembers its ",
                            "earlier subjects by their photos"));
  if (!train.lora.init.empty() && !std::filesystem::exists(train.lora.init))
    throw InputError(concat("--init_lora ", train.lora.init.string(), ": there is no such file or folder"));
  if (!train.lora.init.empty() && !teaches_adapters(method))
    throw UsageError(concat("--init_lora is for --method lora or pivotal, not ", train.method));
}

/// What the method needs to know of the subject.
void settle_method(Run& run) {
  TrainOptions& train = run.options.train;
  train.word.word = run.claim.identifier;
  if (train.word.initializer.empty()) train.word.initializer = run.options.category;
  // Prompts without the word have nothing to say about its vectors.
  if (parse_train_method(train.method) == TrainMethod::kTextualInversion) train.prior_loss_weight = 0;
}

void check_resolution(int64_t resolution, int64_t scale) {
  if (resolution % scale == 0) return;
  const int64_t below = resolution / scale * scale;
  throw UsageError(concat("--resolution ", resolution, ": this model wants a multiple of ", scale,
                          "; the nearest are ", std::max(below, scale), " and ", below + scale));
}

int64_t class_images_wanted(const FinetuneOptions& options) {
  if (options.train.prior_loss_weight == 0 || options.train.prior == "self_distilled") return 0;
  if (options.num_class_images > 0) return options.num_class_images;
  return std::min(options.train.max_train_steps, kMostClassImages);
}

void check_same_base(const MetamodelState& state, const BaseModel& base, TargetModel target) {
  if (state.base_hash == base.hash) return;
  throw InputError(concat("target model '", to_string(target), "' stands on the base '", state.base_name,
                          "' (", state.base_hash.substr(0, 12), "), this run asks for '", base.name, "' (",
                          base.hash.substr(0, 12), "); pass --pretrained_model ", state.base_name,
                          ", or begin it anew with finetune --reset"));
}

ModelSource source_of(const FinetuneOptions& options) {
  ModelSource source = options.source;
  source.clip_vocabulary = clip_vocabulary_folder(options.project_models);
  return source;
}

/// The plan tells whether a run fits; but to hash or convert weights that memory cannot hold even as they are stored
/// would take as long as they are large.
void refuse_what_cannot_be_held(const Run& run, const BaseModel& given) {
  const ModelSize size = model_size(given.folder, source_of(run.options));
  if (run.options.force || size.unet_bytes + size.text_bytes <= available_memory_bytes()) return;
  const TrainOptions& train = run.options.train;
  refuse_what_memory_cannot_hold(predict_memory(size, train, torch::elementSize(run.load.dtype)), train);
}

/// The base as a folder that can be taught. A dry run makes none: it looks at the base where it lies.
void settle_base(Run& run, const BaseModel& given) {
  const auto& options = run.options;
  const Conversion wish{source_of(options), options.keep_extra ? ExtraTensors::kKeep : ExtraTensors::kDrop};
  if (options.dry_run && needs_conversion(given, wish, options.models_dir)) {
    run.base = given;
    run.load.source = wish.source;
    run.conversion_bytes = bytes_on_disk(given.folder);
  } else {
    run.base = teachable_folder(given, wish, options.models_dir, run.progress);
  }
}

/// What a metamodel was taught by so far, it goes on to be taught by.
void continue_adapters(Run& run) {
  const FolderAdapters before = read_folder_adapters(run.start_folder);
  if (before.lora.empty()) return;
  const std::string target = to_string(run.options.target);
  if (run.options.train.method != "lora")
    throw UsageError(concat("target model '", target, "' is taught by LoRA: pass --method lora, or begin it ",
                            "anew with finetune --reset"));
  if (!run.options.train.lora.init.empty())
    throw UsageError(concat("--init_lora is for a model's beginning: target model '", target,
                            "' goes on from its own LoRA"));
  run.options.train.lora.init = before.lora;
}

/// Where a metamodel stands, read while its writer lock is held.
void continue_metamodel(Run& run) {
  const auto& options = run.options;
  clean_metamodel(options.models_dir, options.target, options.user);
  const Registry registry = read_registry(options.models_dir);
  const auto state = registry.metamodels.find(identifier_scope(options.target, options.user));
  if (state == registry.metamodels.end() || state->second.version.empty()) return;
  // Only the folder that a dry run does not make tells whether it is the same.
  if (run.conversion_bytes == 0) check_same_base(state->second, run.base, options.target);
  if (!options.source.vae.empty())
    throw UsageError("--vae is for a model's beginning: a metamodel keeps the VAE that it began with");
  run.start_folder = current_model(registry, options.models_dir, options.target, options.user, "");
  continue_adapters(run);
  run.earlier = registry.visible(options.target, options.user);
  std::erase_if(run.earlier,
                [&](const Subject& subject) { return subject.identifier == run.claim.identifier; });
  if (const auto note = read_version_note(run.start_folder)) run.replayed = note->replayed;
}

/// What the prior half of a metamodel's batches shows.
std::shared_ptr<const ReplayMix> replay_mix(const Run& run) {
  std::vector<ReplaySubject> earlier;
  for (const auto& subject : run.earlier) {
    const auto photos = kept_photo_files(run.options.models_dir, subject).size();
    earlier.push_back({subject.identifier, subject.category, static_cast<int64_t>(photos),
                       replayed_subject(run.replayed, subject.identifier).last});
  }
  return make_replay_mix({parse_replay(run.options.replay), run.options.category, earlier, run.options.train.seed,
                          run.class_images});
}

/// The person's own class pictures.
std::vector<std::filesystem::path> own_class_pictures(const FinetuneOptions& options) {
  if (options.class_data_dir.empty()) return {};
  const auto scan =
      scan_photos(options.class_data_dir, static_cast<int>((options.train.resolution + 1) / 2));
  std::vector<std::filesystem::path> files;
  for (const auto& photo : scan.photos) files.push_back(photo.path);
  if (options.num_class_images > 0 && files.size() > static_cast<size_t>(options.num_class_images))
    files.resize(static_cast<size_t>(options.num_class_images));
  if (files.empty()) {
    throw InputError(concat("--class_data_dir ", options.class_data_dir.string(),
                            ": no usable picture; leave it away to have them drawn"));
  }
  return files;
}

/// The checkpoint, with its identifier and seed where the person gave none.
void go_on_from_checkpoint(Run& run) {
  FinetuneOptions& options = run.options;
  run.resume = find_resume_point(options);
  const Json& flags = run.resume->settings.at("flags");
  if (options.identifier.empty()) options.identifier = flags.at("identifier");
  if (!options.seed_given) options.train.seed = flags.at("seed");
}

void check_same_run(const Run& run) {
  const auto found = setting_differences(run.resume->settings, run.settings);
  if (found.empty()) return;
  throw UsageError(concat(run.resume->folder.string(), ": is another run's: ", join(found, "; "),
                          ". Give the settings that it was begun with, or begin anew without --resume"));
}

}  // namespace

Run prepare_run(const FinetuneOptions& wish, const ProgressFn& progress) {
  check_names(wish);
  check_numbers(wish);
  check_method(wish);
  Run run;
  run.options = wish;
  const FinetuneOptions& options = run.options;
  if (!options.resume.empty()) go_on_from_checkpoint(run);
  refuse_above_quota(options);
  run.progress = progress;
  run.load.device = parse_device(options.device);
  run.load.dtype = parse_dtype(options.dtype, run.load.device);
  run.exports = parse_exports(options);
  const BaseModel given = find_base(options.pretrained_model, options.models_dir, options.project_models);
  // Before any weights are read: what is wrong with the photos a person wants to know first.
  run.photos = read_photos(options.photos, options.train.resolution);
  if (options.train.masked_loss) add_masks(run.photos);
  run.contact_sheet = check_photos(run.photos, options);
  run.held_out = photos_to_hold_out(run.photos, options);
  fail_point("photos");
  refuse_what_cannot_be_held(run, given);
  settle_base(run, given);
  run.size = model_size(run.base.folder, run.load.source);
  refuse_what_cannot_be_taught(run.base.folder, run.size);
  check_exports(run.exports, run.base.folder);
  check_resolution(options.train.resolution, run.size.vae_scale);

  clean_models_dir(options.models_dir);
  run.claim = claim_identifier(options, run.base.folder, run.load.source);
  refuse_above_quota(options);  // again: the run that this one waited for may have taken the last place
  run.start_folder = run.base.folder;
  settle_method(run);
  if (is_metamodel(options.target)) continue_metamodel(run);

  run.class_images = class_images_wanted(run.options);
  if (run.class_images > 0 && is_metamodel(options.target)) run.mix = replay_mix(run);
  if (run.class_images > 0) run.categories = run.mix ? run.mix->categories() : std::vector{options.category};
  for (const auto& category : run.categories)
    run.recipes.push_back(class_image_recipe(run.base, run.load.source, category, options));
  if (run.class_images > 0) run.class_files = own_class_pictures(options);
  run.settings = run_settings(run);
  if (run.resume) check_same_run(run);
  return run;
}

}  // namespace big
