#include "converted_base.h"

#include "base_hash.h"
#include "big/core/atomic_file.h"
#include "big/core/duration.h"
#include "big/core/file_lock.h"
#include "big/core/log.h"
#include "big/core/sha256.h"
#include "big/core/text.h"
#include "big/pipeline/convert_model.h"
#include "big/pipeline/write_cost.h"
#include "cost.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char* kMovingAverage = "model_ema.";

/// The folder of a conversion: another one for whatever may not be confused.
fs::path folder_of(const BaseModel& base, const Conversion& wish, const fs::path& models_dir) {
  constexpr size_t kDigits = 16;
  std::string what = concat(base.hash, '\n', wish.source.prediction_type, '\n');
  if (!wish.source.vae.empty()) what += vae_hash(wish.source.vae, models_dir);
  if (wish.extra == ExtraTensors::kKeep) what += "\nextra";
  return models_dir / "cache" / "converted" / sha256_hex(what).substr(0, kDigits);
}

bool is_made(const fs::path& folder) { return fs::exists(folder / "model_index.json"); }

/// The moving average is of the base: beside weights that were taught it would be another model's.
void leave_out_moving_average(StoredModel& model) {
  std::erase_if(model.extra, [](const auto& item) { return item.first.starts_with(kMovingAverage); });
}

void convert_file(const BaseModel& base,
                  const Conversion& wish,
                  const fs::path& folder,
                  const ProgressFn& progress) {
  StoredModel model = read_single_file(base.folder, {wish.source.prediction_type, UNetWeights::kTrained});
  if (!model.doubt.empty()) log_warning(model.doubt);
  if (!wish.source.vae.empty()) {
    const StoredVae vae = read_vae(wish.source.vae, model.configs.at("vae"));
    model.configs["vae"] = vae.config;
    model.parts["vae"] = vae.tensors;
    model.files.insert(model.files.end(), vae.files.begin(), vae.files.end());
  }
  if (wish.extra == ExtraTensors::kKeep) {
    leave_out_moving_average(model);
  } else if (!model.extra.empty()) {
    log_info(concat(model.extra.size(), " tensors that no part needs are left out, '",
                    model.extra.begin()->first, "' the first of them"));
  }
  WriteModelOptions options;
  options.extra = wish.extra;
  options.progress = progress;
  refuse_writing_beyond_machine(write_cost(model, options), folder);
  save_as_folder(model, base.folder, folder, wish.source.clip_vocabulary, options);
}

void convert(const BaseModel& base,
             const Conversion& wish,
             const fs::path& folder,
             const ProgressFn& progress) {
  if (is_single_file(base.folder)) return convert_file(base, wish, folder, progress);
  const auto config = read_json(base.folder / "vae" / "config.json");
  save_with_vae(base.folder, read_vae(wish.source.vae, config), folder);
}

}  // namespace

bool needs_conversion(const BaseModel& base, const Conversion& wish, const fs::path& models_dir) {
  check_source(base.folder, wish.source);
  if (!is_single_file(base.folder) && wish.source.vae.empty()) return false;
  return !is_made(folder_of(base, wish, models_dir));
}

BaseModel teachable_folder(const BaseModel& base,
                           const Conversion& wish,
                           const fs::path& models_dir,
                           const ProgressFn& progress) {
  check_source(base.folder, wish.source);
  if (!is_single_file(base.folder) && wish.source.vae.empty()) return base;
  const fs::path folder = folder_of(base, wish, models_dir);
  // Two runs with one new base: the second waits and finds it made.
  auto lock = FileLock::acquire(models_dir / "locks" / concat("converted-", folder.filename().string(), ".lock"));
  lock.remove_on_release();
  if (!is_made(folder)) {
    log_info(concat("making a diffusers folder of ", base.folder.string(), ", once: ", folder.string(),
                    " (about ", format_bytes(bytes_on_disk(base.folder)),
                    "; may be deleted, it is made again)"));
    StagedFolder staged(folder);
    convert(base, wish, staged.path(), progress);
    staged.commit();
  }
  return {base.name, fs::weakly_canonical(folder), unet_hash(folder, models_dir)};
}

}  // namespace big
