#include "check_measure.h"

#include <algorithm>
#include <cmath>

#include "big/registry/prompt_template.h"
#include "bootstrap.h"
#include "identity.h"

namespace big {
namespace {

/// Identifiers of the same category that a subject's photos are asked about: each costs as much as its own.
constexpr size_t kMostOthers = 4;

/// A margin below it is none: words that were never taught differ by as much.
constexpr double kLeastMargin = 0.01;

}  // namespace

std::string to_string(Known known) {
  switch (known) {
    case Known::kYes: return "known";
    case Known::kUnsure: return "unsure";
    case Known::kMistaken: return "mistaken";
    case Known::kNo: return "not known";
    case Known::kUnmeasured: return "not measured";
  }
  return "";
}

Known judged(const Estimate& identity, const Estimate& margin) {
  if (identity.high <= 1) return Known::kNo;
  if (margin.high < 0) return Known::kMistaken;
  return identity.low > 1 && margin.low > kLeastMargin ? Known::kYes : Known::kUnsure;
}

Estimate drift_of(const torch::Tensor& before, const torch::Tensor& after) {
  return bootstrap(after.numel(), [&](const auto& at) { return mean_at(after, at) / mean_at(before, at) - 1; });
}

SubjectProbe::SubjectProbe(StableDiffusion& model,
                           const std::vector<Subject>& all,
                           std::vector<std::string> unused,
                           uint64_t seed)
    : model_(model), all_(all), unused_(std::move(unused)) {
  probe_.seed = seed;
}

/// Spread over all of the category: neighbours in time are not always the look-alikes.
std::vector<std::string> SubjectProbe::others_of(size_t index) const {
  std::vector<std::string> same;
  for (size_t i = 0; i < all_.size(); ++i)
    if (i != index && all_[i].category == all_[index].category) same.push_back(all_[i].identifier);
  if (same.size() <= kMostOthers) return same;
  std::vector<std::string> some;
  for (size_t i = 0; i < kMostOthers; ++i) some.push_back(same[i * same.size() / kMostOthers]);
  return some;
}

CheckedSubject SubjectProbe::measure(size_t index, const std::vector<Example>& photos) const {
  CheckedSubject checked{.subject = all_[index]};
  if (photos.empty()) return checked;
  const std::string& category = checked.subject.category;
  const auto errors = [&](const std::string& prompt) { return log_errors(model_, photos, prompt, probe_); };
  const auto own = errors(instance_prompt(checked.subject.identifier, category));
  const auto of_class = errors(class_prompt(category));
  // Of prompts of one form alone: "a dog" is shorter, and what every run teaches too.
  torch::Tensor nearest, unused;
  const auto consider = [&](const torch::Tensor& other, const std::string& word) {
    if (nearest.defined() && other.mean().item<double>() >= nearest.mean().item<double>()) return;
    nearest = other;
    checked.nearest = word;
  };
  for (const auto& word : unused_) {
    const auto other = errors(instance_prompt(word, category));
    consider(other, "");
    unused = unused.defined() ? unused + other : other;
  }
  if (unused.defined()) unused = unused / static_cast<double>(unused_.size());
  for (const auto& word : others_of(index)) consider(errors(instance_prompt(word, category)), word);
  if (!nearest.defined()) nearest = of_class;

  const auto ratio = [](const torch::Tensor& logs) {
    return bootstrap(logs.numel(), [&](const auto& at) { return std::exp(mean_at(logs, at)); });
  };
  checked.identity = ratio(log_identity(own, of_class, unused));
  const Estimate margin = ratio((nearest - own).contiguous());
  checked.margin = {margin.value - 1, margin.low - 1, margin.high - 1};
  checked.known = judged(checked.identity, checked.margin);
  return checked;
}

}  // namespace big
