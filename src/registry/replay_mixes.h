#pragma once

#include "big/registry/replay_mix.h"

namespace big {

/// Replay::kBalanced.
class BalancedMix : public ReplayMix {
 public:
  explicit BalancedMix(ReplayWish wish);
  PriorRow row(int64_t n) const override;

 private:
  PriorRow remembered_class(int64_t turn) const;
  PriorRow replay(int64_t turn) const;
  std::vector<size_t> same_, others_;  ///< replayable subjects of the new category, and the rest: longest unseen first
};

/// Replay::kUniform.
class UniformMix : public ReplayMix {
 public:
  explicit UniformMix(ReplayWish wish) : ReplayMix(std::move(wish)) {}
  PriorRow row(int64_t n) const override;

 private:
  PriorRow replay(int64_t turn) const;
};

/// Replay::kOriginal.
class OriginalMix : public ReplayMix {
 public:
  explicit OriginalMix(ReplayWish wish);
  PriorRow row(int64_t n) const override;

 private:
  void add_classes(const std::string& category, int64_t count);
  void add_replay(const std::string& category, int64_t count);
  int64_t subjects_of(const std::string& category) const;
  std::vector<PriorRow> rows_;  ///< dealt in rounds, each shuffled
};

/// Replay::kNone.
class NoReplayMix : public ReplayMix {
 public:
  explicit NoReplayMix(ReplayWish wish);
  PriorRow row(int64_t n) const override;
};

/// Class row `turn` where every second one is of the new category and the rest of all `categories` in turn; each
/// category's pictures come in turn.
PriorRow alternating_class_row(const std::vector<std::string>& categories, int64_t turn);

/// The photo of subject `index` in round `round`: its photos in turn. Short runs with many subjects see one or two of
/// each: not always the first ones.
int64_t photo_in_round(const ReplaySubject& subject, size_t index, int64_t round, uint64_t seed);

}  // namespace big
