#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace big {

/// A subject the metamodel already knows, with the photos kept of it.
struct ReplaySubject {
  std::string identifier, category;
  int64_t photos = 0;
  int64_t last_shown = 0;  ///< the version whose run showed it last; 0: nobody knows
};

/// One row of the prior half of a batch.
struct PriorRow {
  /// A class picture under its prompt ("a dog"), one under the empty prompt, a photo of an earlier subject.
  enum class Kind { kClassPicture, kEmptyPrompt, kReplay } kind = Kind::kClassPicture;
  std::string category;  ///< of the class picture or the replayed subject
  size_t subject = 0;    ///< index into the subjects (kReplay)
  int64_t picture = 0;   ///< index of the photo, or of the class picture modulo their number
};

/// Ways to remind a metamodel of what it knows.
enum class Replay {
  /// Ours (default). Of 20 rows 9 replay, 2 show a class picture under the empty prompt, the others class pictures:
  /// every second one of the new category, the rest of all categories in turn. A subject of the new one's category is
  /// replayed kSameCategoryWeight times as often as another; within both groups those that were shown longest ago
  /// come first, and each comes once a round. However many rows were dealt, each kind, subject and category has had
  /// less than one row more or less than its share of them all (the new category, which two kinds of rows show, less
  /// than two). There are no quotas to round, so no subject is one too many.
  kBalanced,
  /// Of four rows one class picture of the new category, one of any, two replays: each subject equally often, in
  /// rounds of an order of their own.
  kUniform,
  /// The original's shares, whole numbers cut off and all: half the rows for the new category, half for the others,
  /// each half class pictures and half replay, always the first files.
  kOriginal,
  /// No replay: class pictures of the new category alone.
  kNone,
};
/// "balanced", "uniform", "original", "none"; UsageError otherwise.
Replay parse_replay(const std::string& name);

/// How much more often kBalanced replays a subject of the new one's category: subjects of one class are mistaken for
/// each other first (C-LoRA, arXiv 2304.06027).
inline constexpr double kSameCategoryWeight = 1.5;

/// What a mix is made from.
struct ReplayWish {
  Replay replay = Replay::kBalanced;
  std::string category;  ///< the new one
  std::vector<ReplaySubject> earlier;
  uint64_t seed = 0;
  int64_t class_images = 200;  ///< of each category; kOriginal counts its shares in them
};

/// Which pictures stand in the prior half of the batches of a metamodel run: row n is a pure function of (wish, n).
/// With no earlier subject every row is a class picture of the new category (or one under the empty prompt);
/// subjects without photos count only for their category.
class ReplayMix {
 public:
  virtual ~ReplayMix() = default;
  virtual PriorRow row(int64_t n) const = 0;
  /// All categories class pictures are wanted of; the new one first.
  const std::vector<std::string>& categories() const { return categories_; }
  const std::vector<ReplaySubject>& earlier() const { return wish_.earlier; }
  /// How many of the first `rows` rows replay each earlier subject.
  std::vector<int64_t> replays(int64_t rows) const;

 protected:
  explicit ReplayMix(ReplayWish wish);
  const ReplayWish wish_;
  std::vector<std::string> categories_;
  std::vector<size_t> replayable_;  ///< indices of the earlier subjects that have photos
};
std::unique_ptr<const ReplayMix> make_replay_mix(ReplayWish wish);

}  // namespace big
