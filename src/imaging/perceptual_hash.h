#pragma once

#include <cstdint>

#include "plane.h"

namespace big {

/// 64 bits of a picture's coarse look, alike for pictures that look alike: which of its 8 x 8 lowest frequencies
/// (but the mean) are above their median, of 32 x 32 pixels. The "pHash" of Zauner, "Implementation and
/// benchmarking of perceptual image hash functions" (2010), as imagehash.phash makes it.
constexpr int kHashedSide = 32;
uint64_t perceptual_hash(const Image& image);

/// Bits that differ, 0 to 64. Pictures that have nothing in common differ in about 32.
int hash_distance(uint64_t a, uint64_t b);

}  // namespace big
