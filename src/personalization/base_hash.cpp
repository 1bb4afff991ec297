#include "base_hash.h"

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/file_lock.h"
#include "big/core/json.h"
#include "big/core/log.h"
#include "big/core/sha256.h"
#include "big/core/text.h"
#include "big/weights/state_dict.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// Changes whenever one of the files does.
std::string stamp_of(const std::vector<fs::path>& files) {
  std::string stamp;
  for (const auto& file : files) {
    const auto time = fs::last_write_time(file).time_since_epoch().count();
    stamp += concat(file.filename().string(), ' ', fs::file_size(file), ' ', time, ';');
  }
  return stamp;
}

Json read_cache(const fs::path& file) {
  if (!fs::exists(file)) return Json::object();
  try {
    Json cache = read_json(file);
    if (cache.is_object()) return cache;
  } catch (const InputError& error) {
    log_debug(concat("starting the cache of hashes anew: ", error.what()));
  }
  return Json::object();
}

void remember(const fs::path& models_dir, const std::string& key, const Json& entry) {
  try {
    const auto lock = FileLock::acquire(models_dir / "locks" / "hashes.lock");
    const fs::path file = models_dir / "cache" / "hashes.json";
    Json cache = read_cache(file);
    cache[key] = entry;
    write_file_atomically(file, cache.dump(2) + "\n");
  } catch (const MachineError& error) {
    // A models folder that may only be read still works, it hashes again each time.
    log_debug(concat("the hash is not kept: ", error.what()));
  } catch (const fs::filesystem_error& error) {
    log_debug(concat("the hash is not kept: ", error.what()));
  }
}

}  // namespace

std::string unet_hash(const fs::path& model_folder, const fs::path& models_dir) {
  return hash_of_files(weight_files(model_folder / "unet", "diffusion_pytorch_model"), models_dir);
}

std::string vae_hash(const fs::path& vae, const fs::path& models_dir) {
  if (!fs::is_directory(vae)) return hash_of_files({vae}, models_dir);
  const fs::path folder = fs::is_directory(vae / "vae") ? vae / "vae" : vae;
  auto files = weight_files(folder, "diffusion_pytorch_model");
  files.push_back(folder / "config.json");
  return hash_of_files(files, models_dir);
}

std::string hash_of_files(const std::vector<fs::path>& files, const fs::path& models_dir) {
  const std::string key = fs::weakly_canonical(files.front()).string();
  const std::string stamp = stamp_of(files);

  const Json cache = read_cache(models_dir / "cache" / "hashes.json");
  if (const auto found = cache.find(key); found != cache.end() && found->is_object() &&
                                          found->value("stamp", Json()) == Json(stamp) &&
                                          found->value("sha256", Json()).is_string()) {
    return found->at("sha256").get<std::string>();
  }
  const std::string hash = sha256_of_files(files);
  remember(models_dir, key, {{"stamp", stamp}, {"sha256", hash}});
  return hash;
}

}  // namespace big
