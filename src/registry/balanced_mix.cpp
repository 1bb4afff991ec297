#include <algorithm>

#include "even_shares.h"
#include "replay_mixes.h"

namespace big {
namespace {

/// Of 20 rows; class pictures are what is left.
constexpr int64_t kRows = 20, kReplayRows = 9, kEmptyRows = 2;

/// kSameCategoryWeight as a fraction, so that shares are exact.
constexpr int64_t kSame = 3, kOther = 2;
static_assert(kSame == kSameCategoryWeight * kOther);

}  // namespace

BalancedMix::BalancedMix(ReplayWish wish) : ReplayMix(std::move(wish)) {
  // Those that were shown at the same time come in an order of the seed's.
  std::vector<size_t> order;
  for (const size_t i : shuffled(replayable_.size(), wish_.seed, 0)) order.push_back(replayable_[i]);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return wish_.earlier[a].last_shown < wish_.earlier[b].last_shown;
  });
  for (const size_t i : order) (wish_.earlier[i].category == wish_.category ? same_ : others_).push_back(i);
}

// Each row is a chain of decisions between two sides, so that it needs no memory of the rows before. A decision is
// off its exact share by half a row at most, a round by less than one; along a chain each error counts only by the
// share of what follows. The tests hold the sum below one row.
PriorRow BalancedMix::row(int64_t n) const {
  const bool remembers = !replayable_.empty();
  const Turn first = remembers ? turn_at(n, kReplayRows, kRows) : Turn{false, n};
  if (first.is_part) return replay(first.turn);
  const Turn second = turn_at(first.turn, kEmptyRows, remembers ? kRows - kReplayRows : kRows);
  return second.is_part ? remembered_class(second.turn) : alternating_class_row(categories_, second.turn);
}

PriorRow BalancedMix::remembered_class(int64_t turn) const {
  const auto count = static_cast<int64_t>(categories_.size());
  return {PriorRow::Kind::kEmptyPrompt, categories_[static_cast<size_t>(turn % count)], 0, turn / count};
}

PriorRow BalancedMix::replay(int64_t turn) const {
  const int64_t same = kSame * static_cast<int64_t>(same_.size());
  const Turn side = turn_at(turn, same, same + kOther * static_cast<int64_t>(others_.size()));
  const auto& group = side.is_part ? same_ : others_;
  const auto count = static_cast<int64_t>(group.size());
  const size_t subject = group[static_cast<size_t>(side.turn % count)];
  const ReplaySubject& earlier = wish_.earlier[subject];
  return {PriorRow::Kind::kReplay, earlier.category, subject,
          photo_in_round(earlier, subject, side.turn / count, wish_.seed)};
}

}  // namespace big
