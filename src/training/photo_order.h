#pragma once

#include <cstddef>
#include <cstdint>

namespace big {

/// Which of `count` photos stands at instance row n of a run: rounds in which every photo comes once, each
/// round in an order of its own. A pure function of its arguments.
size_t photo_at(uint64_t seed, int64_t n, size_t count);

}  // namespace big
