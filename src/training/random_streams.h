#pragma once

#include <cstdint>

namespace big {

/// What a number is drawn for; streams of one seed do not touch each other.
enum class Stream : uint64_t {
  kStep = 1,
  kPhotoOrder = 2,
  kCrop = 3,
  kAdapter = 4,
  kDropout = 5,
  kFlip = 6,
  kProbe = 7,
  kColor = 8
};

/// The seed of draw `n` of a stream: a pure function, so that any draw of a run can be repeated alone.
uint64_t mix_seed(uint64_t seed, Stream stream, uint64_t n);

/// A small generator for whole numbers (SplitMix64, Steele, Lea and Flood 2014): the same on every machine,
/// which the standard library's shuffles and distributions do not promise.
class SplitMix {
 public:
  explicit SplitMix(uint64_t seed) : state_(seed) {}
  uint64_t next();
  /// Uniform in 0 ... bound - 1, bound > 0.
  uint64_t below(uint64_t bound);

 private:
  uint64_t state_;
};

}  // namespace big
