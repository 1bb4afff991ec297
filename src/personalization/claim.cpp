#include "claim.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/pipeline/model_facts.h"
#include "checkpoint_folders.h"
#include "identifier_pool.h"

namespace big {
namespace fs = std::filesystem;
namespace {

bool is_registered(const FinetuneOptions& options) {
  return read_registry(options.models_dir).find(options.target, options.user, options.identifier).has_value();
}

/// A run that was stopped may want its identifier back (--resume): others come first.
void leave_unfinished_runs_alone(const FinetuneOptions& options, std::vector<std::string>& pool) {
  const auto unfinished = subjects_with_checkpoints(options.models_dir, options.target, options.user);
  std::stable_partition(pool.begin(), pool.end(), [&](const std::string& word) {
    return std::find(unfinished.begin(), unfinished.end(), word) == unfinished.end();
  });
}

std::vector<std::string> candidates_for(const FinetuneOptions& options,
                                        const fs::path& tokenizer_folder,
                                        const Tokenizer& tokenizer) {
  if (!options.identifier.empty()) return {options.identifier};
  auto pool = identifier_pool(tokenizer_folder, tokenizer);
  // Words that are a subject's class already would say two things at once.
  const auto categories = read_registry(options.models_dir).categories(options.target, options.user);
  std::erase_if(pool, [&](const std::string& word) {
    return word == options.category || std::any_of(categories.begin(), categories.end(),
                                                   [&](const auto& known) { return known.second == word; });
  });
  leave_unfinished_runs_alone(options, pool);
  if (pool.empty()) {
    throw UsageError(
        concat(tokenizer_folder.string(), ": the vocabulary holds no rare short word; pass --identifier"));
  }
  return pool;
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
  const bool again = options.overwrite && !options.identifier.empty() && is_registered(options);
  Claim claim = again ? claim_registered(options)
                      : claim_new(options, candidates_for(options, base / "tokenizer", *tokenizer));
  if (!options.identifier.empty()) claim.warning = piece_warning(claim.identifier, *tokenizer);
  return claim;
}

}  // namespace big
