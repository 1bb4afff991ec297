#include "big/personalization/check.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/imaging/read_image.h"
#include "big/personalization/models_dir.h"
#include "big/pipeline/device.h"
#include "big/pipeline/folder_adapters.h"
#include "big/pipeline/lora.h"
#include "big/registry/names.h"
#include "big/registry/prompt_template.h"
#include "big/training/latent_cache.h"
#include "check_measure.h"
#include "check_sheet.h"
#include "class_images.h"
#include "converted_base.h"
#include "html_page.h"
#include "identity.h"
#include "kept_photos.h"
#include "layout.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// Words never taught that subjects are held against: one alone may fit a photo by chance.
constexpr size_t kUnusedWords = 3;

/// A check while it goes on.
struct Check {
  CheckOptions options;
  ProgressFn progress;
  MetamodelState state;
  fs::path folder;  ///< the current version
  std::vector<Subject> subjects;
  std::vector<std::string> categories;  ///< in the order of their first subject
  int64_t side = 0;                     ///< of the photos and of what is drawn, pixels
  std::optional<BaseModel> base;        ///< nothing where it is not there any more
  LoadOptions load;
};

/// Side of the kept photos; that of the first one found counts for all.
int64_t side_of_photos(const Check& check) {
  for (const auto& subject : check.subjects) {
    for (const auto& file : kept_photo_files(check.options.models_dir, subject)) {
      const Image photo = read_image(file);
      return std::min(photo.width, photo.height);
    }
  }
  return 0;
}

/// The base by its registered name; a check without it still measures the subjects.
std::optional<BaseModel> find_base_again(const Check& check) {
  const std::string& name = check.state.base_name;
  try {
    const BaseModel given = find_base(name, check.options.models_dir, check.options.project_models);
    const BaseModel base =
        teachable_folder(given, {check.load.source}, check.options.models_dir, check.progress);
    if (base.hash == check.state.base_hash) return base;
    log_warning(concat("the drift of the classes is not measured: '", name, "' is another model by now"));
  } catch (const InputError& error) {
    log_warning(concat("the drift of the classes is not measured: ", error.what()));
  }
  return std::nullopt;
}

Check begin(const CheckOptions& options, const ProgressFn& progress) {
  validate_user(options.user);
  if (!is_metamodel(options.target))
    throw UsageError(concat("--check is for the metamodels: pass --target_model meta or private_meta, not ",
                            to_string(options.target)));
  Check check{.options = options, .progress = progress};
  const Registry registry = read_registry(options.models_dir);
  check.folder = current_model(registry, options.models_dir, options.target, options.user, "");
  check.state = registry.metamodels.at(identifier_scope(options.target, options.user));
  check.subjects = registry.visible(options.target, options.user);
  if (check.subjects.empty())
    throw UsageError(concat("target model '", to_string(options.target),
                            "' holds no subject any more: there is nothing to check"));
  for (const auto& subject : check.subjects)
    if (!std::ranges::count(check.categories, subject.category)) check.categories.push_back(subject.category);
  check.load.device = parse_device(options.device);
  check.load.dtype = parse_dtype(options.dtype, check.load.device);
  check.load.source.clip_vocabulary = clip_vocabulary_folder(options.project_models);
  check.side = side_of_photos(check);
  check.base = find_base_again(check);
  return check;
}

/// How class pictures are drawn, and pictures of the subjects with them.
ClassImageRecipe recipe_of(const Check& check, const std::string& category) {
  FinetuneOptions options;
  options.models_dir = check.options.models_dir;
  options.train.resolution = check.side;
  const BaseModel model = check.base.value_or(BaseModel{check.state.base_name, check.folder, check.state.base_hash});
  return class_image_recipe(model, check.load.source, category, options);
}

TrainOptions as_taught(const Check& check) {
  TrainOptions options;
  options.resolution = check.side;
  return options;
}

/// One class, as the base explains pictures that it drew itself.
struct BaseClass {
  std::vector<Example> pictures;
  torch::Tensor errors;
};

torch::Tensor class_errors(const Check& check, StableDiffusion& model, const BaseClass& one, const std::string& category) {
  DenoisingProbe probe;
  probe.seed = check.options.seed;
  return denoising_errors(model, one.pictures, class_prompt(category), probe).flatten().contiguous();
}

std::vector<BaseClass> measure_base(const Check& check) {
  std::vector<BaseClass> classes;
  if (!check.base || check.side == 0) return classes;
  StableDiffusion base = load_model(check.base->folder, check.load);
  for (const auto& category : check.categories) {
    const ClassImageRecipe recipe = recipe_of(check, category);
    const int64_t count = check.options.class_pictures;
    draw_class_images(base, check.options.models_dir, recipe, count, WhenBusy::kWait, check.progress);
    std::vector<SourcePicture> pictures;
    for (int64_t n = 0; n < count; ++n)
      pictures.emplace_back(read_image(class_image_file(class_image_folder(check.options.models_dir, recipe), n)));
    BaseClass one{make_examples(base, pictures, class_prompt(category), as_taught(check)), {}};
    one.errors = class_errors(check, base, one, category);
    classes.push_back(std::move(one));
    report(check.progress, {"measuring the base", static_cast<int64_t>(classes.size()),
                            static_cast<int64_t>(check.categories.size())});
  }
  return classes;
}

StableDiffusion load_current(const Check& check) {
  StableDiffusion model = load_model(check.folder, check.load);
  const FolderAdapters own = read_folder_adapters(check.folder);
  if (!own.lora.empty()) apply_loras(model, {{own.lora, {to_string(check.options.target)}}});
  return model;
}

std::vector<std::string> unused_by(const Check& check) {
  std::set<std::string> used;
  for (const auto& subject : check.subjects) used.insert(subject.identifier);
  return unused_words(check.folder, check.load.source, used, kUnusedWords);
}

void measure_subjects(const Check& check, StableDiffusion& model, CheckReport& found) {
  const SubjectProbe probe(model, check.subjects, unused_by(check), check.options.seed);
  for (size_t i = 0; i < check.subjects.size(); ++i) {
    std::vector<Example> photos;
    if (check.side > 0) photos = kept_examples(model, check.options.models_dir, check.subjects[i], as_taught(check));
    found.subjects.push_back(probe.measure(i, photos));
    report(check.progress, {"measuring the subjects", static_cast<int64_t>(i) + 1,
                            static_cast<int64_t>(check.subjects.size())});
  }
}

void measure_classes(const Check& check,
                     StableDiffusion& model,
                     const std::vector<BaseClass>& base,
                     CheckReport& found) {
  for (size_t i = 0; i < check.categories.size(); ++i) {
    found.classes.push_back({check.categories[i], std::nullopt});
    if (base.empty()) continue;
    found.classes.back().drift = drift_of(base[i].errors, class_errors(check, model, base[i], check.categories[i]));
    report(check.progress, {"measuring the classes", static_cast<int64_t>(i) + 1,
                            static_cast<int64_t>(check.categories.size())});
  }
}

GenerateOptions request_for(const Check& check, const Subject& subject) {
  GenerateOptions request =
      class_image_request(recipe_of(check, subject.category), check.options.seed, check.options.pictures);
  request.prompt = instance_prompt(subject.identifier, subject.category);
  return request;
}

std::vector<SubjectPictures> draw_subjects(const Check& check, StableDiffusion& model) {
  std::vector<SubjectPictures> all;
  const auto total = static_cast<int64_t>(check.subjects.size()) * check.options.pictures;
  int64_t drawn = 0;
  for (const auto& subject : check.subjects) {
    SubjectPictures& pictures = all.emplace_back();
    auto files = kept_photo_files(check.options.models_dir, subject);
    if (files.size() > kMostProbedPhotos) files.resize(kMostProbedPhotos);
    for (const auto& file : files) pictures.photos += html_thumbnail(read_image(file));
    generate(model, request_for(check, subject), [&](int64_t, const Image& picture) {
      pictures.drawn += html_thumbnail(picture);
      report(check.progress, {"drawing the subjects", ++drawn, total});
    });
  }
  return all;
}

std::string how_drawn(const Check& check) {
  const GenerateOptions request = request_for(check, check.subjects.front());
  return concat("Drawn as “", request.prompt, "” and its like: ", request.scheduler, ", ", request.num_inference_steps,
                " steps, guidance ", request.guidance_scale, ", one seed a picture from ", request.seed, " on.");
}

}  // namespace

CheckReport check_metamodel(const CheckOptions& options, const ProgressFn& progress) {
  const auto begun = std::chrono::steady_clock::now();
  const Check check = begin(options, progress);
  CheckReport found;
  found.target = options.target;
  found.user = options.user;
  found.version = check.state.version;
  const auto base = measure_base(check);
  StableDiffusion model = load_current(check);
  measure_subjects(check, model, found);
  measure_classes(check, model, base, found);
  const auto pictures = draw_subjects(check, model);
  found.page = options.models_dir / check_page(options.target, options.user);
  write_file_atomically(found.page, check_sheet(found, pictures, how_drawn(check)));
  found.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return found;
}

}  // namespace big
