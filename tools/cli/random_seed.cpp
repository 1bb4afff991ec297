#include "cli/random_seed.h"

#include <random>

namespace big {

uint64_t random_seed() { return std::random_device{}() & 0xffffffffu; }

}  // namespace big
