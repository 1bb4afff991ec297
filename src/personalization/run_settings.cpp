#include "run_settings.h"

#include "big/core/error.h"
#include "big/core/sha256.h"
#include "big/core/text.h"
#include "big/pipeline/device.h"
#include "big/registry/registry.h"
#include "big/training/train_settings.h"
#include "photo_masks.h"
#include "run.h"

namespace big {
namespace fs = std::filesystem;
namespace {

Json hash_of(const fs::path& file) { return sha256_of_files({file}); }

/// Photos, what lies beside them, and the person's class pictures.
Json files_of(const Run& run) {
  Json files = Json::object();
  for (size_t i = 0; i < run.photos.photos.size(); ++i) {
    const FoundPhoto& photo = run.photos.photos[i];
    const std::string name = photo.path.filename().string();
    files[name] = hash_of(photo.path);
    const auto& [caption, repeats] = run.photos.notes[i];
    if (!caption.empty()) files["caption of " + name] = caption;
    if (repeats != 1) files["repeats of " + name] = repeats;
    const fs::path mask = mask_file_of(photo.path);
    if (run.options.train.masked_loss && !mask.empty()) files[mask.filename().string()] = hash_of(mask);
  }
  for (const fs::path& file : run.class_files)
    files["class picture " + file.filename().string()] = hash_of(file);
  return files;
}

Json flags_of(const Run& run) {
  const auto& options = run.options;
  Json flags = train_settings(options.train);
  flags["identifier"] = run.claim.identifier;
  flags["category"] = options.category;
  flags["target_model"] = to_string(options.target);
  flags["user"] = options.user;
  flags["dtype"] = c10::toString(run.load.dtype);
  flags["num_class_images"] = run.class_images;
  flags["validation_photos"] = run.held_out.size();
  if (run.mix) flags["replay"] = options.replay;
  for (const auto& recipe : run.recipes) flags["class_prompts"].push_back(recipe.manifest());
  return flags;
}

/// The base, and how far a metamodel had come.
Json start_of(const Run& run) {
  Json start = {{"base", run.base.hash}, {"version", ""}};
  if (run.start_folder != run.base.folder) start["version"] = run.start_folder.filename().string();
  for (const auto& subject : run.earlier) start["earlier"].push_back(subject.identifier);
  return start;
}

/// A value for people: strings without quotes.
std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

void compare_flags(const Json& before, const Json& now, std::vector<std::string>& found) {
  for (const auto& [name, value] : now.items()) {
    if (!before.contains(name)) {
      found.push_back(concat("--", name, " was not set, is ", text_of(value)));
    } else if (before[name] != value) {
      found.push_back(concat("--", name, " was ", text_of(before[name]), ", is ", text_of(value)));
    }
  }
  for (const auto& [name, value] : before.items())
    if (!now.contains(name)) found.push_back(concat("--", name, " was ", text_of(value), ", is not set"));
}

void compare_files(const Json& before, const Json& now, std::vector<std::string>& found) {
  for (const auto& [name, hash] : now.items()) {
    if (!before.contains(name)) {
      found.push_back(concat("'", name, "' is new"));
    } else if (before[name] != hash) {
      found.push_back(concat("'", name, "' has changed"));
    }
  }
  for (const auto& [name, hash] : before.items())
    if (!now.contains(name)) found.push_back(concat("'", name, "' is gone"));
}

}  // namespace

Json run_settings(const Run& run) {
  return {{"flags", flags_of(run)}, {"photos", files_of(run)}, {"start", start_of(run)}};
}

void check_settings_shape(const Json& settings, const fs::path& folder) {
  bool right = settings.is_object();
  for (const char* part : {"flags", "photos", "start"})
    right = right && settings.contains(part) && settings[part].is_object();
  right = right && settings["flags"].contains("identifier") && settings["flags"]["identifier"].is_string() &&
          settings["flags"].contains("seed") && settings["flags"]["seed"].is_number_unsigned();
  if (!right) throw InputError(concat(folder.string(), ": training_state.json does not tell of its run"));
}

std::vector<std::string> setting_differences(const Json& before, const Json& now) {
  std::vector<std::string> found;
  compare_flags(before["flags"], now["flags"], found);
  compare_files(before["photos"], now["photos"], found);
  const Json &was = before["start"], &is = now["start"];
  if (was != is) {
    found.push_back(concat("the model to begin with was ", was.dump(), ", is ", is.dump(),
                           " (another base, or the metamodel has learned something since)"));
  }
  return found;
}

}  // namespace big
