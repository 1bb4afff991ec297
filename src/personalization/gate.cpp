#include "gate.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "big/core/log.h"
#include "big/core/text.h"
#include "big/registry/prompt_template.h"
#include "big/training/trainer.h"
#include "bootstrap.h"
#include "identity.h"

namespace big {
namespace {

/// What is measured at most: more would only cost time. Subjects of the new one's category come first, they
/// are the most in danger.
constexpr size_t kMostSubjects = 16, kMostClasses = 4, kMostClassPictures = 6;

// The limits, each of the favourable bound of a 95 % interval. A subject below kLeastKnown had nothing to lose.
constexpr double kLeastKnown = 0.01;  // of ln(identity)
constexpr double kMostLost = 0.5;     // part of ln(identity)
constexpr double kMostDrift = 0.1;    // part by which the classes' error may grow

/// Rows of each subject in a consolidation.
constexpr int64_t kRehearsedRows = 12;

std::vector<Example> first_of(std::vector<Example> examples, size_t most) {
  if (examples.size() > most) examples.resize(most);
  return examples;
}

std::vector<Example> with_prompt(const TrainingData& data, const std::string& prompt) {
  std::vector<Example> found;
  for (const auto& example : data.prior)
    if (example.prompt == prompt) found.push_back(example);
  return found;
}

/// An unused word may explain the photos better than the class alone: what counts is that the run taught it more,
/// unless it was known before (`again`).
SubjectMeasure judged_new(SubjectMeasure measure, const torch::Tensor& before, const torch::Tensor& after, bool again) {
  const auto gained = bootstrap(after.numel(), [&](const auto& at) { return mean_at(after, at) - mean_at(before, at); });
  const auto known = bootstrap(after.numel(), [&](const auto& at) { return mean_at(after, at); });
  measure.lost = -gained.value;
  measure.lost_low = -gained.high;
  measure.lost_high = -gained.low;
  measure.passed = known.low > 0 && known.value > kLeastKnown && (again || gained.low > 0);
  return measure;
}

SubjectMeasure judged_earlier(SubjectMeasure measure, const torch::Tensor& before, const torch::Tensor& after) {
  if (before.mean().item<double>() < kLeastKnown) return measure;
  const auto lost = bootstrap(after.numel(), [&](const auto& at) {
    const double was = mean_at(before, at);
    return was > 0 ? 1 - mean_at(after, at) / was : 0.0;
  });
  measure.lost = lost.value;
  measure.lost_low = lost.low;
  measure.lost_high = lost.high;
  measure.passed = lost.low <= kMostLost;
  return measure;
}

}  // namespace

Gate::Gate(const Run& run, StableDiffusion& model, const TrainingData& data) : run_(run) {
  probe_.seed = run.options.train.seed;
  std::set<std::string> used{run.claim.identifier};
  for (const auto& subject : run.earlier) used.insert(subject.identifier);
  for (const auto& word : unused_words(run.base.folder, run.load.source, used, 1)) unused_ = word;
  add_subject(run.claim.identifier, run.options.category, data.instance);
  subjects_.front().is_new = true;
  auto earlier = run.earlier;
  std::stable_partition(earlier.begin(), earlier.end(),
                        [&](const Subject& subject) { return subject.category == run.options.category; });
  for (const auto& subject : earlier) {
    // Not from `data`: a run without a prior replays nothing, and needs the gate most.
    const auto photos = kept_examples(model, run.options.models_dir, subject, run.options.train);
    if (photos.empty() || subjects_.size() > kMostSubjects) {
      ++unmeasured_;
    } else {
      add_subject(subject.identifier, subject.category, photos);
    }
  }
  for (const auto& category : run.categories) {
    auto pictures = first_of(with_prompt(data, class_prompt(category)), kMostClassPictures);
    if (!pictures.empty() && classes_.size() < kMostClasses)
      classes_.emplace_back(class_prompt(category), std::move(pictures));
  }
  for (auto& subject : subjects_) {
    subject.before = log_identity_of(model, subject);
    report(run.progress, {"measuring what the model knows", static_cast<int64_t>(&subject - subjects_.data()) + 1,
                          static_cast<int64_t>(subjects_.size())});
  }
  class_before_ = class_errors(model);
}

void Gate::add_subject(const std::string& identifier, const std::string& category, std::vector<Example> photos) {
  subjects_.push_back({identifier, category, false, first_of(std::move(photos), kMostProbedPhotos), {}});
}

torch::Tensor Gate::log_identity_of(StableDiffusion& model, const Probed& subject) const {
  const auto errors = [&](const std::string& prompt) { return log_errors(model, subject.photos, prompt, probe_); };
  const auto of_class = errors(class_prompt(subject.category));
  const auto unused = unused_.empty() ? torch::Tensor() : errors(instance_prompt(unused_, subject.category));
  return log_identity(errors(instance_prompt(subject.identifier, subject.category)), of_class, unused);
}

torch::Tensor Gate::class_errors(StableDiffusion& model) const {
  std::vector<torch::Tensor> errors;
  for (const auto& [prompt, pictures] : classes_)
    errors.push_back(denoising_errors(model, pictures, prompt, probe_).flatten());
  return errors.empty() ? torch::Tensor() : torch::cat(errors).contiguous();
}

GateReport Gate::judge(StableDiffusion& model) const {
  GateReport found;
  found.unmeasured = unmeasured_;
  for (const auto& subject : subjects_) {
    const auto after = log_identity_of(model, subject);
    SubjectMeasure measure{subject.identifier, subject.category, subject.is_new};
    measure.before = std::exp(subject.before.mean().item<double>());
    measure.after = std::exp(after.mean().item<double>());
    found.subjects.push_back(subject.is_new ? judged_new(measure, subject.before, after, run_.claim.replaces)
                                            : judged_earlier(measure, subject.before, after));
    report(run_.progress, {"measuring what it learned and kept", static_cast<int64_t>(found.subjects.size()),
                           static_cast<int64_t>(subjects_.size())});
  }
  if (class_before_.defined()) {
    const auto after = class_errors(model);
    const auto drift = bootstrap(after.numel(), [&](const auto& at) {
      return mean_at(after, at) / mean_at(class_before_, at) - 1;
    });
    found.drift = drift.value;
    found.drift_low = drift.low;
    found.drift_high = drift.high;
    found.drift_passed = drift.low <= kMostDrift;
  }
  return found;
}

bool consolidate(const Run& run, StableDiffusion& model, const TrainingData& data) {
  if (parse_train_method(run.options.train.method) != TrainMethod::kFull) return false;
  if (!run.mix || run.options.replay == "none") return false;  // a run that replays nothing has nothing to rehearse
  TrainingData all;
  all.instance = data.instance;
  int64_t subjects = 1;
  for (const auto& subject : run.earlier) {
    // Not from `data`, which holds what was replayed: of many subjects not all.
    const auto photos = kept_examples(model, run.options.models_dir, subject, run.options.train);
    all.instance.insert(all.instance.end(), photos.begin(), photos.end());
    subjects += photos.empty() ? 0 : 1;
  }
  for (const auto& example : data.prior)
    if (example.kind == kClassKind) all.prior.push_back(example);

  TrainOptions options = run.options.train;
  const int64_t rows = options.train_batch_size * options.gradient_accumulation_steps;
  options.max_train_steps = (kRehearsedRows * subjects + rows - 1) / rows;
  options.learning_rate /= 2;
  options.lr_scheduler = "constant";
  options.lr_warmup_steps = 0;
  options.checkpointing_steps = 0;
  options.seed += 1;
  log_info(concat("rehearsing all ", subjects, " subjects for ", options.max_train_steps, " updates"));
  train(model, all, options, run.progress);
  return true;
}

}  // namespace big
