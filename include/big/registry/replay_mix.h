#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace big {

/// A subject the metamodel already knows, with the photos kept of it.
struct ReplaySubject {
  std::string identifier, category;
  int64_t photos = 0;
};

/// One row of the prior half of a batch.
struct PriorRow {
  enum class Kind { kClassPicture, kReplay } kind = Kind::kClassPicture;
  std::string category;  ///< of the class picture or the replayed subject
  size_t subject = 0;    ///< index into the subjects (kReplay)
  int64_t picture = 0;   ///< index of the photo, or of the class picture modulo their number
};

/// Which pictures stand in the prior half of the batches of a metamodel run. Row n is a pure function of
/// (mix, n), with exact shares and no integer quotas: of four rows one is a class picture of the new
/// category, one of any category known (the new one included, in turn), two replay photos, each earlier
/// subject equally often, its photos in turn. With no earlier subject every row is a class picture of the new
/// category; subjects without photos count only for their category. (Shares: the uniform loader-level
/// sampler.)
class ReplayMix {
 public:
  ReplayMix(std::string category, std::vector<ReplaySubject> earlier, uint64_t seed);
  PriorRow row(int64_t n) const;
  /// All categories class pictures are wanted of; the new one first.
  const std::vector<std::string>& categories() const { return categories_; }

 private:
  PriorRow new_class_row(int64_t group) const;
  PriorRow any_class_row(int64_t group) const;
  PriorRow replay_row(int64_t turn) const;

  std::string category_;
  std::vector<ReplaySubject> earlier_;
  std::vector<size_t> replayable_;  // indices of the earlier subjects that have photos
  std::vector<std::string> categories_;
  uint64_t seed_;
};

}  // namespace big
