#include <algorithm>
#include <map>
#include <set>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/imaging/read_image.h"
#include "big/registry/prompt_template.h"
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
                     const char* kind,
                     std::vector<Example>& examples) {
  TrainOptions options = run.options.train;
  options.random_flip = false;  // these are for the photos
  options.color_jitter = 0;
  for (size_t begin = 0; begin < files.size(); begin += kChunk) {
    std::vector<SourcePicture> pictures;
    for (size_t i = begin; i < std::min(files.size(), begin + kChunk); ++i)
      pictures.push_back(read(files[i]));
    throw_if_interrupted();
    for (auto& example : make_examples(model, pictures, prompt, options)) {
      example.kind = kind;
      examples.push_back(std::move(example));
    }
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

/// Where the pictures that a mix deals lie in TrainingData::prior.
struct PriorPlaces {
  std::vector<std::string> categories;
  std::vector<size_t> category_begin, category_count;
  std::map<size_t, size_t> without_prompt;              ///< class picture -> the same under the empty prompt
  std::map<std::pair<size_t, int64_t>, size_t> photos;  ///< (subject, photo) -> replayed photo

  size_t class_picture(const PriorRow& row) const {
    const auto category = static_cast<size_t>(
        std::find(categories.begin(), categories.end(), row.category) - categories.begin());
    return category_begin[category] + static_cast<size_t>(row.picture) % category_count[category];
  }
  size_t index(const PriorRow& row) const {
    if (row.kind == PriorRow::Kind::kReplay) return photos.at({row.subject, row.picture});
    const size_t picture = class_picture(row);
    return row.kind == PriorRow::Kind::kEmptyPrompt ? without_prompt.at(picture) : picture;
  }
};

void warn_of_missing_photos(const Run& run) {
  for (const auto& subject : run.mix->earlier()) {
    if (subject.photos > 0 || run.options.replay == "none") continue;
    log_warning(concat("no photos are kept of '", subject.identifier,
                       "': it cannot be replayed and may be forgotten"));
  }
}

int64_t rows_of_run(const Run& run) { return prior_rows(run.options.train, run.options.train.max_train_steps); }

/// Appends the kept photos that the run will see, and no others: what a run costs does not grow with the number of
/// subjects.
void append_replay(const Run& run, StableDiffusion& model, PriorPlaces& places, TrainingData& data) {
  std::map<size_t, std::set<int64_t>> wanted;
  for (int64_t n = 0; n < rows_of_run(run); ++n) {
    const PriorRow row = run.mix->row(n);
    if (row.kind == PriorRow::Kind::kReplay) wanted[row.subject].insert(row.picture);
  }
  for (const auto& [index, pictures] : wanted) {
    const Subject& subject = run.earlier[index];
    const auto kept = kept_photo_files(run.options.models_dir, subject);
    std::vector<fs::path> files;
    for (const int64_t picture : pictures) {
      places.photos[{index, picture}] = data.prior.size() + files.size();
      files.push_back(kept.at(static_cast<size_t>(picture)));
    }
    append_examples(run, model, files, read_kept_photo, instance_prompt(subject.identifier, subject.category),
                    kReplayKind, data.prior);
  }
}

/// Appends the class pictures that the run will see under the empty prompt: what stands for no words at all, when
/// pictures are drawn with guidance, is to stay what it was.
void append_without_prompt(const Run& run, PriorPlaces& places, TrainingData& data) {
  for (int64_t n = 0; n < rows_of_run(run); ++n) {
    const PriorRow row = run.mix->row(n);
    if (row.kind != PriorRow::Kind::kEmptyPrompt) continue;
    const size_t picture = places.class_picture(row);
    if (!places.without_prompt.emplace(picture, data.prior.size()).second) continue;
    Example example = data.prior[picture];
    example.prompt = "";
    example.kind = kEmptyKind;
    data.prior.push_back(std::move(example));
  }
}

}  // namespace

int64_t prior_rows(const TrainOptions& train, int64_t steps) {
  return steps * train.gradient_accumulation_steps * train.train_batch_size;
}

TrainingData teaching_data(const Run& run, StableDiffusion& model, std::vector<Example> instance) {
  TrainingData data;
  data.instance = std::move(instance);
  if (run.options.train.prior == "self_distilled" && run.options.train.prior_loss_weight > 0) {
    data.prior = data.instance;
    for (auto& example : data.prior) {
      example.prompt = class_prompt(run.options.category);
      example.kind = kClassKind;
    }
  }
  if (run.class_images == 0) return data;

  PriorPlaces places;
  places.categories = run.categories;
  for (size_t i = 0; i < run.recipes.size(); ++i) {
    places.category_begin.push_back(data.prior.size());
    const auto files = class_image_files(run, i);
    places.category_count.push_back(files.size());
    append_examples(run, model, files, read_image, run.recipes[i].prompt, kClassKind, data.prior);
  }
  if (!run.mix) return data;

  warn_of_missing_photos(run);
  append_replay(run, model, places, data);
  append_without_prompt(run, places, data);
  data.prior_row = [mix = run.mix, places](int64_t n) { return places.index(mix->row(n)); };
  return data;
}

}  // namespace big
