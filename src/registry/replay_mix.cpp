#include "big/registry/replay_mix.h"

#include <algorithm>
#include <numeric>

namespace big {
namespace {

/// SplitMix64 (Steele, Lea and Flood 2014): a well-mixed number of two.
uint64_t mix(uint64_t seed, uint64_t n) {
  uint64_t z = seed + (n + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

/// The numbers 0 .. count-1 in an order of their own for each (seed, round): Fisher and Yates.
std::vector<size_t> shuffled(size_t count, uint64_t seed, uint64_t round) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  const uint64_t key = mix(seed, round);
  for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[mix(key, i) % i]);
  return order;
}

}  // namespace

ReplayMix::ReplayMix(std::string category, std::vector<ReplaySubject> earlier, uint64_t seed)
    : category_(std::move(category)), earlier_(std::move(earlier)), seed_(seed) {
  categories_.push_back(category_);
  for (size_t i = 0; i < earlier_.size(); ++i) {
    const std::string& known = earlier_[i].category;
    if (std::find(categories_.begin(), categories_.end(), known) == categories_.end())
      categories_.push_back(known);
    if (earlier_[i].photos > 0) replayable_.push_back(i);
  }
}

PriorRow ReplayMix::row(int64_t n) const {
  if (earlier_.empty()) return {PriorRow::Kind::kClassPicture, category_, 0, n};
  // Without a photo to replay the two kinds of class pictures take turns. Else they alternate with replay, so
  // that every two rows hold one of each, whatever the batch size.
  if (replayable_.empty()) return n % 2 == 0 ? new_class_row(n / 2) : any_class_row(n / 2);
  const int64_t group = n / 4;
  switch (n % 4) {
    case 0:
      return new_class_row(group);
    case 2:
      return any_class_row(group);
    default:
      return replay_row(n / 2);
  }
}

PriorRow ReplayMix::new_class_row(int64_t group) const {
  // Its pictures serve the "any category" rows too: count those before, so that each picture comes once a
  // round.
  const auto count = static_cast<int64_t>(categories_.size());
  return {PriorRow::Kind::kClassPicture, category_, 0, group + (group + count - 1) / count};
}

PriorRow ReplayMix::any_class_row(int64_t group) const {
  const auto count = static_cast<int64_t>(categories_.size());
  const int64_t turn = group % count;
  const int64_t picture = group / count + (turn == 0 ? group + 1 : 0);
  return {PriorRow::Kind::kClassPicture, categories_[static_cast<size_t>(turn)], 0, picture};
}

PriorRow ReplayMix::replay_row(int64_t turn) const {
  const auto count = static_cast<int64_t>(replayable_.size());
  const int64_t round = turn / count;
  const auto order = shuffled(replayable_.size(), seed_, static_cast<uint64_t>(round));
  const size_t subject = replayable_[order[static_cast<size_t>(turn % count)]];
  const ReplaySubject& earlier = earlier_[subject];
  // Short runs with many subjects see one or two photos of each: not always the first ones.
  const auto start = static_cast<int64_t>(mix(~seed_, subject) % static_cast<uint64_t>(earlier.photos));
  return {PriorRow::Kind::kReplay, earlier.category, subject, (start + round) % earlier.photos};
}

}  // namespace big
