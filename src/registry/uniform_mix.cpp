#include "even_shares.h"
#include "replay_mixes.h"

namespace big {

PriorRow UniformMix::row(int64_t n) const {
  if (wish_.earlier.empty()) return {PriorRow::Kind::kClassPicture, wish_.category, 0, n};
  // Without a photo to replay the two kinds of class pictures take turns. Else they alternate with replay, so
  // that every two rows hold one of each, whatever the batch size.
  if (replayable_.empty()) return alternating_class_row(categories_, n);
  return n % 2 == 0 ? alternating_class_row(categories_, n / 2) : replay(n / 2);
}

PriorRow UniformMix::replay(int64_t turn) const {
  const auto count = static_cast<int64_t>(replayable_.size());
  const int64_t round = turn / count;
  const auto order = shuffled(replayable_.size(), wish_.seed, static_cast<uint64_t>(round));
  const size_t subject = replayable_[order[static_cast<size_t>(turn % count)]];
  const ReplaySubject& earlier = wish_.earlier[subject];
  return {PriorRow::Kind::kReplay, earlier.category, subject, photo_in_round(earlier, subject, round, wish_.seed)};
}

}  // namespace big
