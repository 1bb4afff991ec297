#include "converted_base.h"

#include "base_hash.h"
#include "big/core/atomic_file.h"
#include "big/core/duration.h"
#include "big/core/file_lock.h"
#include "big/core/log.h"
#include "big/core/sha256.h"
#include "big/core/text.h"
#include "big/pipeline/convert_model.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// What two conversions that must not be confused differ in.
std::string conversion_key(const BaseModel& base, const ModelSource& source, const fs::path& models_dir) {
  constexpr size_t kDigits = 16;
  std::string what = concat(base.hash, '\n', source.prediction_type, '\n');
  if (!source.vae.empty())
    what += is_single_file(source.vae) ? hash_of_files({source.vae}, models_dir)
                                       : fs::weakly_canonical(source.vae).string();
  return sha256_hex(what).substr(0, kDigits);
}

uint64_t bytes_of(const fs::path& path) {
  if (is_single_file(path)) return fs::file_size(path);
  uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(path))
    if (entry.is_regular_file()) bytes += entry.file_size();
  return bytes;
}

void convert(const BaseModel& base,
             const ModelSource& source,
             const fs::path& folder,
             const ProgressFn& progress) {
  if (!is_single_file(base.folder)) {
    const auto config = read_json(base.folder / "vae" / "config.json");
    return save_with_vae(base.folder, read_vae(source.vae, config), folder);
  }
  StoredModel model = read_single_file(base.folder, {source.prediction_type, UNetWeights::kTrained});
  if (!source.vae.empty()) {
    const StoredVae vae = read_vae(source.vae, model.configs.at("vae"));
    model.configs["vae"] = vae.config;
    model.parts["vae"] = vae.tensors;
    model.files.insert(model.files.end(), vae.files.begin(), vae.files.end());
  }
  if (!model.extra.empty())
    log_info(concat(model.extra.size(), " tensors that no part needs are left out, '",
                    model.extra.begin()->first, "' the first of them"));
  WriteModelOptions options;
  options.progress = progress;
  save_as_folder(model, base.folder, folder, source.clip_vocabulary, options);
}

}  // namespace

BaseModel teachable_folder(const BaseModel& base,
                           const ModelSource& source,
                           const fs::path& models_dir,
                           const ProgressFn& progress) {
  check_source(base.folder, source);
  if (!is_single_file(base.folder) && source.vae.empty()) return base;
  const std::string key = conversion_key(base, source, models_dir);
  const fs::path folder = models_dir / "cache" / "converted" / key;
  // Two runs with one new base: the second waits and finds it made.
  auto lock = FileLock::acquire(models_dir / "locks" / concat("converted-", key, ".lock"));
  lock.remove_on_release();
  if (!fs::exists(folder / "model_index.json")) {
    log_info(concat("making a diffusers folder of ", base.folder.string(), ", once: ", folder.string(),
                    " (about ", format_bytes(bytes_of(base.folder)), "; may be deleted, it is made again)"));
    StagedFolder staged(folder);
    convert(base, source, staged.path(), progress);
    staged.commit();
  }
  return {base.name, fs::weakly_canonical(folder), unet_hash(folder, models_dir)};
}

}  // namespace big
