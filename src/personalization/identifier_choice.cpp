#include "identifier_choice.h"

#include <algorithm>
#include <set>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/registry/registry.h"
#include "checkpoint_folders.h"
#include "identifier_list.h"
#include "identifier_pool.h"
#include "word_scores.h"
#include "word_states.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// What first subjects are called everywhere; it stays the first choice where it is free.
constexpr const char* kCustomary = "sks";

/// Words that are measured at most: 512 take the text encoder of Stable Diffusion 1 some 440 GFLOP, seconds on a CPU.
constexpr size_t kMostMeasured = 512;

/// The candidates before anything is known of what is taken; lines where they stand in a person's list.
std::vector<ListedIdentifier> all_words(const FinetuneOptions& options,
                                        const std::vector<std::string>& pool,
                                        const Tokenizer& tokenizer) {
  if (!options.identifier_list.empty()) return read_identifier_list(options.identifier_list, tokenizer);
  std::vector<ListedIdentifier> words;
  for (const auto& word : pool) words.push_back({word, 0});
  return words;
}

/// Why `word` is not to be had; "" where it is.
std::string obstacle(const FinetuneOptions& options, const Registry& registry, const std::string& word) {
  const std::string taken = registry.taken_by(options.target, options.user, word);
  if (!taken.empty()) return taken;
  // A word that is a subject's class already would say two things at once.
  const auto categories = registry.categories(options.target, options.user);
  const bool is_known = std::any_of(categories.begin(), categories.end(),
                                    [&](const auto& known) { return known.second == word; });
  return is_known || word == options.category ? "is a category" : "";
}

[[noreturn]] void throw_none_free(const FinetuneOptions& options,
                                  const fs::path& base,
                                  const std::vector<std::string>& obstacles) {
  if (!options.identifier_list.empty())
    throw UsageError(concat(options.identifier_list.string(), ": none of its ", obstacles.size(),
                            " identifiers is free (", join(obstacles, "; "), "); add one, or leave the list away"));
  const std::string words = obstacles.empty() ? "holds no rare short word of one token"
                                              : concat("has no more free identifier: all ", obstacles.size(),
                                                       " rare words of one token are taken");
  throw UsageError(concat(base.string(), ": the tokenizer ", words,
                          "; pass a word of your own with --identifier (of several tokens it is learned less well) or "
                          "an --identifier_list, or give the subject a new token with --target_model private --method "
                          "pivotal"));
}

/// `near`: an identifier in use that one letter tells from the word, or ""; `pool`: how many words it was measured with.
std::string reason_of(const IdentifierSuggestion& word,
                      const std::string& near,
                      const ListedIdentifier& listed,
                      size_t pool) {
  const auto percent = [](double share) { return concat(static_cast<int64_t>(share * 100 + 0.5), " %"); };
  std::string reason = "one token wherever it stands";
  if (listed.line > 0) reason += concat(", line ", listed.line, " of the list");
  if (word.identifier == kCustomary) reason += ", the customary first choice";
  const double farness = word.distance ? std::min(1.0, *word.distance) : 1;
  if (!near.empty()) return concat(reason, "; one letter from '", near, "', which is in use");
  if (farness > 0)
    reason += concat("; the model knows ", percent(word.score / farness), " of its ", pool, " rare words better");
  if (word.distance) reason += concat("; ", *word.distance >= 1 ? "far from" : "rather near to", " those in use");
  return reason;
}

/// Those of the scope that the words must be told from.
std::vector<std::string> used_identifiers(const FinetuneOptions& options, const Registry& registry) {
  std::vector<std::string> used;
  for (const auto& [word, category] : registry.categories(options.target, options.user)) used.push_back(word);
  return used;
}

std::vector<IdentifierSuggestion> scored(const FinetuneOptions& options,
                                         const fs::path& base,
                                         const ModelSource& source,
                                         const std::vector<ListedIdentifier>& words,
                                         std::vector<std::string> pool,
                                         const std::vector<std::string>& used) {
  const auto states = [&](std::vector<std::string> some) {
    if (some.size() > kMostMeasured) some.resize(kMostMeasured);
    return word_states(base, source, some, options.models_dir);
  };
  std::vector<std::string> names;
  for (const auto& word : words) names.push_back(word.word);
  if (pool.empty()) pool = names;
  const auto reference = states(pool);
  const auto scores = score_words(states(names), reference, states(used));

  std::vector<IdentifierSuggestion> suggestions;
  for (size_t i = 0; i < words.size(); ++i) {
    IdentifierSuggestion word{.identifier = names[i], .reason = "not measured: one of very many"};
    if (i < scores.size()) {
      word.score = scores[i].score;
      word.familiarity = scores[i].familiarity;
      word.distance = scores[i].distance;
      const auto near = std::find_if(used.begin(), used.end(), [&](const std::string& other) {
        return differ_by_one_letter(names[i], other);
      });
      word.reason = reason_of(word, near == used.end() ? "" : *near, words[i], static_cast<size_t>(reference.size(0)));
      if (near != used.end()) word.score = 0;
    }
    suggestions.push_back(std::move(word));
  }
  return suggestions;
}

/// A run that was stopped may want its identifier back (--resume): others come first.
void leave_unfinished_runs_alone(const FinetuneOptions& options, std::vector<IdentifierSuggestion>& words) {
  const auto unfinished = subjects_with_checkpoints(options.models_dir, options.target, options.user);
  std::stable_partition(words.begin(), words.end(), [&](const IdentifierSuggestion& word) {
    return std::find(unfinished.begin(), unfinished.end(), word.identifier) == unfinished.end();
  });
}

}  // namespace

bool differ_by_one_letter(const std::string& a, const std::string& b) {
  const auto& longer = a.size() < b.size() ? b : a;
  const auto& shorter = a.size() < b.size() ? a : b;
  if (longer.size() - shorter.size() > 1) return false;
  const auto [first, in_longer] = std::mismatch(shorter.begin(), shorter.end(), longer.begin());
  const bool same_length = longer.size() == shorter.size();
  return first == shorter.end() || std::equal(first + (same_length ? 1 : 0), shorter.end(), in_longer + 1);
}

std::vector<IdentifierSuggestion> rank_identifiers(const FinetuneOptions& options,
                                                   const fs::path& base,
                                                   const ModelSource& source,
                                                   const Tokenizer& tokenizer) {
  const Registry registry = read_registry(options.models_dir);
  const auto pool = identifier_pool(base / "tokenizer", tokenizer);
  std::vector<ListedIdentifier> free;
  std::vector<std::string> obstacles;
  for (const auto& word : all_words(options, pool, tokenizer)) {
    const std::string why = obstacle(options, registry, word.word);
    if (why.empty()) {
      free.push_back(word);
    } else {
      obstacles.push_back(concat("line ", word.line, ": '", word.word, "' ", why));
    }
  }
  if (free.empty()) throw_none_free(options, base, obstacles);

  auto words = scored(options, base, source, free, pool, used_identifiers(options, registry));
  if (options.identifier_list.empty()) {
    std::stable_sort(words.begin(), words.end(), [](const auto& a, const auto& b) {
      const bool first = a.identifier == kCustomary, second = b.identifier == kCustomary;
      return first != second ? first : a.score > b.score;
    });
  }
  leave_unfinished_runs_alone(options, words);
  return words;
}

OrderedJson IdentifierSuggestion::json() const {
  OrderedJson json = {{"reason", reason}, {"score", score}, {"familiarity", familiarity}};
  if (distance) json["distance"] = *distance;
  return json;
}

}  // namespace big
