#include <algorithm>
#include <memory>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/imaging/read_image.h"
#include "big/registry/prompt_template.h"
#include "big/registry/replay_mix.h"
#include "big/training/latent_cache.h"
#include "kept_photos.h"
#include "layout.h"
#include "run.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// Pictures held in memory at once while they are encoded.
constexpr size_t kChunk = 16;

/// Appends the pictures of `files`, read by `read`, as examples of `prompt`.
void append_examples(const Run& run,
                     StableDiffusion& model,
                     const std::vector<fs::path>& files,
                     const std::function<SourcePicture(const fs::path&)>& read,
                     const std::string& prompt,
                     std::vector<Example>& examples) {
  TrainOptions options = run.options.train;
  options.random_flip = false;  // that is the photos'
  for (size_t begin = 0; begin < files.size(); begin += kChunk) {
    std::vector<SourcePicture> pictures;
    for (size_t i = begin; i < std::min(files.size(), begin + kChunk); ++i)
      pictures.push_back(read(files[i]));
    throw_if_interrupted();
    for (auto& example : make_examples(model, pictures, prompt, options))
      examples.push_back(std::move(example));
    report(run.progress,
           {concat("encoding \"", prompt, "\""), static_cast<int64_t>(std::min(files.size(), begin + kChunk)),
            static_cast<int64_t>(files.size())});
  }
}

/// The pictures of category `i`: the person's own of the new one, if there are, else drawn ones.
std::vector<fs::path> class_image_files(const Run& run, size_t i) {
  if (i == 0 && !run.class_files.empty()) return run.class_files;
  const fs::path folder = class_image_folder(run.options.models_dir, run.recipes[i]);
  std::vector<fs::path> files;
  for (int64_t n = 0; n < run.class_images; ++n) files.push_back(class_image_file(folder, n));
  return files;
}

/// Where each category's and each earlier subject's pictures begin in TrainingData::prior.
struct PriorPlaces {
  std::vector<std::string> categories;
  std::vector<size_t> category_begin, category_count, subject_begin;
  size_t index(const PriorRow& row) const {
    if (row.kind == PriorRow::Kind::kReplay)
      return subject_begin[row.subject] + static_cast<size_t>(row.picture);
    const auto category = static_cast<size_t>(
        std::find(categories.begin(), categories.end(), row.category) - categories.begin());
    return category_begin[category] + static_cast<size_t>(row.picture) % category_count[category];
  }
};

/// Appends the kept photos of every earlier subject that has some.
std::vector<ReplaySubject> append_replay(const Run& run,
                                         StableDiffusion& model,
                                         PriorPlaces& places,
                                         TrainingData& data) {
  std::vector<ReplaySubject> replayed;
  for (const auto& subject : run.earlier) {
    const auto files = kept_photo_files(run.options.models_dir, subject);
    if (files.empty()) {
      log_warning(concat("no photos are kept of '", subject.identifier,
                         "': it cannot be replayed and may be forgotten"));
      continue;
    }
    places.subject_begin.push_back(data.prior.size());
    append_examples(run, model, files, read_kept_photo, instance_prompt(subject.identifier, subject.category),
                    data.prior);
    replayed.push_back({subject.identifier, subject.category, static_cast<int64_t>(files.size())});
  }
  return replayed;
}

}  // namespace

TrainingData teaching_data(const Run& run, StableDiffusion& model, std::vector<Example> instance) {
  TrainingData data;
  data.instance = std::move(instance);
  if (run.options.train.prior == "self_distilled" && run.options.train.prior_loss_weight > 0) {
    data.prior = data.instance;
    for (auto& example : data.prior) example.prompt = class_prompt(run.options.category);
  }
  if (run.class_images == 0) return data;

  PriorPlaces places;
  places.categories = run.categories;
  for (size_t i = 0; i < run.recipes.size(); ++i) {
    places.category_begin.push_back(data.prior.size());
    const auto files = class_image_files(run, i);
    places.category_count.push_back(files.size());
    append_examples(run, model, files, read_image, run.recipes[i].prompt, data.prior);
  }
  if (!is_metamodel(run.options.target)) return data;

  const auto mix = std::make_shared<ReplayMix>(run.options.category, append_replay(run, model, places, data),
                                               run.options.train.seed);
  data.prior_row = [mix, places](int64_t n) { return places.index(mix->row(n)); };
  return data;
}

}  // namespace big
