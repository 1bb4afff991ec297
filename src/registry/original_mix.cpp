#include <algorithm>

#include "even_shares.h"
#include "replay_mixes.h"

namespace big {

// Its divisions cut off what is left over at every step: that is what makes it forget (50 to 100 subjects on, those
// of other categories get no row at all), and what a comparison must keep.
OriginalMix::OriginalMix(ReplayWish wish) : ReplayMix(std::move(wish)) {
  const int64_t all = wish_.class_images;
  const auto others = static_cast<int64_t>(categories_.size()) - 1;
  const int64_t own = others == 0 ? all : all / 2;
  const bool has_own = subjects_of(wish_.category) > 0;
  add_classes(wish_.category, has_own ? own / 2 : own);
  add_replay(wish_.category, own / 2);
  for (size_t i = 1; i < categories_.size(); ++i) {
    const int64_t part = all / 2 / others;
    add_classes(categories_[i], part / 2);
    add_replay(categories_[i], part / 2);
  }
  if (rows_.empty()) add_classes(wish_.category, 1);  // too few class pictures to share out
}

int64_t OriginalMix::subjects_of(const std::string& category) const {
  return std::count_if(wish_.earlier.begin(), wish_.earlier.end(),
                       [&](const ReplaySubject& subject) { return subject.category == category; });
}

void OriginalMix::add_classes(const std::string& category, int64_t count) {
  for (int64_t i = 0; i < count; ++i) rows_.push_back({PriorRow::Kind::kClassPicture, category, 0, i});
}

void OriginalMix::add_replay(const std::string& category, int64_t count) {
  const int64_t subjects = subjects_of(category);
  for (const size_t i : replayable_) {
    if (wish_.earlier[i].category != category) continue;
    const int64_t photos = std::min(count / subjects, wish_.earlier[i].photos);
    for (int64_t photo = 0; photo < photos; ++photo) rows_.push_back({PriorRow::Kind::kReplay, category, i, photo});
  }
}

PriorRow OriginalMix::row(int64_t n) const {
  const auto count = static_cast<int64_t>(rows_.size());
  const auto order = shuffled(rows_.size(), wish_.seed, static_cast<uint64_t>(n / count));
  return rows_[order[static_cast<size_t>(n % count)]];
}

}  // namespace big
