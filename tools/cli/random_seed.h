#pragma once

#include <cstdint>

namespace big {

/// A seed for a run that was given none: below 2^32, as the web UIs' are.
uint64_t random_seed();

}  // namespace big
