#include "big/registry/replay_mix.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"
#include "even_shares.h"
#include "replay_mixes.h"

namespace big {

Replay parse_replay(const std::string& name) {
  if (name == "balanced") return Replay::kBalanced;
  if (name == "uniform") return Replay::kUniform;
  if (name == "original") return Replay::kOriginal;
  if (name == "none") return Replay::kNone;
  throw UsageError(concat("--replay '", name, "': expected balanced, uniform, original or none"));
}

ReplayMix::ReplayMix(ReplayWish wish) : wish_(std::move(wish)) {
  categories_.push_back(wish_.category);
  for (size_t i = 0; i < wish_.earlier.size(); ++i) {
    const std::string& known = wish_.earlier[i].category;
    if (std::find(categories_.begin(), categories_.end(), known) == categories_.end()) categories_.push_back(known);
    if (wish_.earlier[i].photos > 0) replayable_.push_back(i);
  }
}

std::vector<int64_t> ReplayMix::replays(int64_t rows) const {
  std::vector<int64_t> counts(wish_.earlier.size());
  for (int64_t n = 0; n < rows; ++n) {
    const PriorRow dealt = row(n);
    if (dealt.kind == PriorRow::Kind::kReplay) ++counts[dealt.subject];
  }
  return counts;
}

NoReplayMix::NoReplayMix(ReplayWish wish) : ReplayMix(std::move(wish)) { categories_.resize(1); }

PriorRow NoReplayMix::row(int64_t n) const { return {PriorRow::Kind::kClassPicture, wish_.category, 0, n}; }

PriorRow alternating_class_row(const std::vector<std::string>& categories, int64_t turn) {
  // The new category's pictures serve both kinds of rows: count those before, so that each comes once a round.
  const auto count = static_cast<int64_t>(categories.size());
  const int64_t group = turn / 2, category = group % count;
  if (turn % 2 == 0)
    return {PriorRow::Kind::kClassPicture, categories.front(), 0, group + (group + count - 1) / count};
  return {PriorRow::Kind::kClassPicture, categories[static_cast<size_t>(category)], 0,
          group / count + (category == 0 ? group + 1 : 0)};
}

int64_t photo_in_round(const ReplaySubject& subject, size_t index, int64_t round, uint64_t seed) {
  const auto start = static_cast<int64_t>(mix_numbers(~seed, index) % static_cast<uint64_t>(subject.photos));
  return (start + round) % subject.photos;
}

std::unique_ptr<const ReplayMix> make_replay_mix(ReplayWish wish) {
  switch (wish.replay) {
    case Replay::kUniform:
      return std::make_unique<UniformMix>(std::move(wish));
    case Replay::kOriginal:
      return std::make_unique<OriginalMix>(std::move(wish));
    case Replay::kNone:
      return std::make_unique<NoReplayMix>(std::move(wish));
    default:
      return std::make_unique<BalancedMix>(std::move(wish));
  }
}

}  // namespace big
