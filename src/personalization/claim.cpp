#include "claim.h"

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/pipeline/model_facts.h"
#include "identifier_choice.h"
#include "identifier_pool.h"

namespace big {
namespace fs = std::filesystem;
namespace {

bool is_registered(const FinetuneOptions& options) {
  return read_registry(options.models_dir).find(options.target, options.user, options.identifier).has_value();
}

/// Why the subject that is taught anew got its word, if that was kept.
OrderedJson former_choice(const FinetuneOptions& options) {
  const auto subject = read_registry(options.models_dir).find(options.target, options.user, options.identifier);
  return subject && subject->extra.contains(kChoiceKey) ? OrderedJson(subject->extra.at(kChoiceKey)) : OrderedJson();
}

/// Waits for the run that teaches the same subject; whether it is still there is known only then.
Claim claim_registered(const FinetuneOptions& options) {
  Claim claim;
  claim.identifier = options.identifier;
  claim.replaces = true;
  claim.writer =
      lock_writer(writer_lock_file(options.models_dir, options.target, options.user, options.identifier),
                  concat("the model of '", options.identifier, "'"),
                  options.no_wait ? WhenBusy::kRefuse : WhenBusy::kWait);
  if (!is_registered(options)) {
    throw UsageError(concat("'", options.identifier,
                            "' was removed while this run waited; run it again to teach it anew"));
  }
  claim.choice = former_choice(options);
  return claim;
}

Claim claim_new(const FinetuneOptions& options, const std::vector<std::string>& candidates) {
  Claim claim;
  claim.reservation = reserve_identifier(options.models_dir, options.target, options.user, candidates);
  claim.identifier = claim.reservation->identifier();
  claim.writer =
      lock_writer(writer_lock_file(options.models_dir, options.target, options.user, claim.identifier),
                  concat("target model '", to_string(options.target), "'"),
                  options.no_wait ? WhenBusy::kRefuse : WhenBusy::kWait);
  return claim;
}

}  // namespace

fs::path writer_lock_file(const fs::path& models_dir,
                          TargetModel target,
                          const std::string& user,
                          const std::string& identifier) {
  const fs::path locks = models_dir / "locks";
  switch (target) {
    case TargetModel::kMeta:
      return locks / "writer-meta.lock";
    case TargetModel::kPrivateMeta:
      return locks / concat("writer-private_meta-", user, ".lock");
    default:
      return locks / concat("writer-private-", user, "-", identifier, ".lock");
  }
}

FileLock lock_writer(const fs::path& lock_file, const std::string& what, WhenBusy when_busy) {
  if (when_busy == WhenBusy::kWait) {
    auto lock =
        FileLock::acquire(lock_file, [&] { log_info(concat("waiting for another run that writes ", what)); });
    lock.remove_on_release();
    return lock;
  }
  auto lock = FileLock::try_acquire(lock_file);
  if (!lock)
    throw BusyError(concat("another run writes ", what, "; try later, or without --no_wait to wait for it"));
  lock->remove_on_release();
  return std::move(*lock);
}

Claim claim_identifier(const FinetuneOptions& options, const fs::path& base, const ModelSource& source) {
  const auto tokenizer = read_tokenizer(base, source);
  if (options.overwrite && !options.identifier.empty() && is_registered(options)) {
    Claim claim = claim_registered(options);
    claim.warning = piece_warning(claim.identifier, *tokenizer);
    return claim;
  }
  if (!options.identifier.empty()) {
    Claim claim = claim_new(options, {options.identifier});
    claim.warning = piece_warning(claim.identifier, *tokenizer);
    return claim;
  }
  const auto words = rank_identifiers(options, base, source, *tokenizer);
  std::vector<std::string> candidates;
  for (const auto& word : words) candidates.push_back(word.identifier);
  Claim claim = claim_new(options, candidates);
  for (const auto& word : words)
    if (word.identifier == claim.identifier) claim.choice = word.json();
  return claim;
}

}  // namespace big
