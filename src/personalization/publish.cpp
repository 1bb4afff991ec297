#include <ctime>

#include "big/core/atomic_file.h"
#include "big/core/fail_point.h"
#include "big/core/text.h"
#include "big/pipeline/save_model.h"
#include "big/registry/version_note.h"
#include "checkpoint_folders.h"
#include "cleanup.h"
#include "kept_photos.h"
#include "layout.h"
#include "run.h"
#include "run_record.h"
#include "taught_adapters.h"
#include "unregistered.h"

namespace big {
namespace fs = std::filesystem;
namespace {

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[sizeof "2026-11-25T10:00:00Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

Subject new_row(const Run& run, int64_t steps) {
  Subject row;
  row.identifier = run.claim.identifier;
  row.category = run.options.category;
  row.user = run.options.user;
  row.target = run.options.target;
  row.base_name = run.base.name;
  row.base_hash = run.base.hash;
  row.photos = static_cast<int64_t>(run.photos.photos.size());
  row.steps = steps;
  row.date = utc_now();
  row.seed = run.options.train.seed;
  if (!run.claim.choice.is_null()) row.extra[kChoiceKey] = run.claim.choice;
  return row;
}

/// Puts the row in its place: where the subject's former row stands, else at the end.
void put_row(Registry& registry, const Subject& row) {
  for (auto& subject : registry.subjects) {
    if (subject.identifier == row.identifier &&
        identifier_scope(subject.target, subject.user) == identifier_scope(row.target, row.user)) {
      subject = row;
      return;
    }
  }
  registry.subjects.push_back(row);
}

/// The last act of a run: from here on the subject is known.
void register_last(const fs::path& models_dir, const std::function<void(Registry&)>& change) {
  fail_point("registry");
  update_registry(models_dir, change);
  fail_point("registry");
}

/// A complete model at `folder` (absolute), with what `add` puts there, by one rename; unregistered as yet.
void save_at(const Run& run,
             const StableDiffusion& model,
             const TrainResult& trained,
             const fs::path& folder,
             const std::function<void(const fs::path&)>& add = {}) {
  StagedFolder staged(folder);
  save_kept_parts(run, model, staged.path());
  write_exports(run, model, staged.path());
  write_run_record(run, trained, staged.path());
  if (add) add(staged.path());
  mark_unregistered(staged.path());
  fail_point("saving");
  staged.commit();
  fail_point("rename");
}

/// Keeps the photos (short side = resolution) for replay while later subjects are learned.
void keep_photos(const Run& run, const fs::path& folder) {
  StagedFolder staged(folder);
  write_kept_photos(staged.path(), run.photos.images);
  mark_unregistered(staged.path());
  staged.commit();
  fail_point("photos");
}

fs::path publish_private(const Run& run, const StableDiffusion& model, const TrainResult& trained, Subject row) {
  const auto& options = run.options;
  const fs::path user_folder = fs::path("users") / options.user;
  const fs::path folder = fresh_folder(options.models_dir / user_folder, row.identifier);
  save_at(run, model, trained, folder);
  row.model_path = (user_folder / folder.filename()).string();
  register_last(options.models_dir, [&](Registry& registry) { put_row(registry, row); });

  unmark_unregistered(folder);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(options.models_dir / user_folder)) {
    const std::string name = entry.path().filename().string();
    if (name != folder.filename() && identifier_of_folder(name) == row.identifier) names.push_back(name);
  }
  for (const auto& name : names) clean_private_folder(options.models_dir, options.user, name);
  return row.model_path;
}

/// How often the metamodel was reminded of each subject, the `steps` of this run included that its weights come from. Of
/// a consolidation it is known alone that it showed them all.
std::vector<ReplayedSubject> ledger_of(const Run& run,
                                       int64_t steps,
                                       const std::optional<GateReport>& measured,
                                       int64_t version) {
  std::vector<std::string> earlier;
  for (const auto& subject : run.earlier) earlier.push_back(subject.identifier);
  const auto rows = run.mix ? run.mix->replays(prior_rows(run.options.train, steps))
                            : std::vector<int64_t>(earlier.size());
  auto ledger = next_ledger(run.replayed, earlier, rows, run.claim.identifier, version);
  if (measured && measured->consolidated)
    for (auto& entry : ledger) entry.last = version;
  return ledger;
}

fs::path publish_version(const Run& run,
                         const StableDiffusion& model,
                         const TrainResult& trained,
                         const std::optional<GateReport>& measured,
                         Subject row) {
  const auto& options = run.options;
  const MetamodelLayout layout = metamodel_layout(options.target, options.user);
  // A version that a killed run left unregistered would pass for a published one once ours lies above it.
  clean_metamodel(options.models_dir, options.target, options.user);
  const fs::path photos = fresh_folder(options.models_dir / layout.photos, row.identifier);
  keep_photos(run, photos);
  set_kept_photos(row, layout.photos / photos.filename());

  const auto numbers = version_numbers(options.models_dir / layout.versions);
  const int64_t number = numbers.empty() ? 1 : numbers.back() + 1;
  const std::string version = std::to_string(number);
  const fs::path folder = options.models_dir / layout.versions / version;
  row.model_path = (layout.versions / version).string();

  const std::string scope = identifier_scope(options.target, options.user);
  const auto publish_row = [&](Registry& registry) {
    put_row(registry, row);
    auto& state = registry.metamodels[scope];
    state = {version, run.base.name, run.base.hash, state.extra};
    for (auto& subject : registry.subjects) {
      if (identifier_scope(subject.target, subject.user) == scope) subject.model_path = row.model_path;
    }
  };
  save_at(run, model, trained, folder, [&](const fs::path& staged) {
    Registry known = read_registry(options.models_dir);
    const auto before = metamodel_versions(known, options.models_dir, options.target, options.user);
    publish_row(known);
    write_version_note(staged, {.version = number,
                                .parent = before.empty() ? 0 : before.back().number,
                                .learned = row.identifier,
                                .date = row.date,
                                .subjects = known.visible(options.target, options.user),
                                .replayed = ledger_of(run, trained.kept_step, measured, number),
                                .measured = measured ? Json(measured->json()) : Json()});
  });
  register_last(options.models_dir, publish_row);
  clean_metamodel(options.models_dir, options.target, options.user);
  return row.model_path;
}

}  // namespace

void save_kept_parts(const Run& run, const StableDiffusion& model, const fs::path& folder) {
  const bool full = parse_train_method(run.options.train.method) == TrainMethod::kFull;
  SavedParts parts;
  parts.unet = full;
  parts.text_encoders = full && run.options.train.train_text_encoder;
  save_model(model, run.start_folder, folder, parts);
  write_taught_adapters(run, model, folder);
}

fs::path publish(const Run& run,
                 const StableDiffusion& model,
                 const TrainResult& trained,
                 const std::optional<GateReport>& measured) {
  const Subject row = new_row(run, trained.kept_step);
  const fs::path path = is_metamodel(row.target) ? publish_version(run, model, trained, measured, row)
                                                 : publish_private(run, model, trained, row);
  remove_checkpoints(run.options.models_dir, row.target, row.user, row.identifier);
  return path;
}

}  // namespace big
