#pragma once

#include <string>
#include <vector>

#include "big/registry/replay_mix.h"

namespace big {

/// Subjects "id0", "id1" ... spread evenly over "category0" ..., with a few photos each, none shown as yet.
inline std::vector<ReplaySubject> replay_subjects(int count, int categories, int64_t photos = 4) {
  std::vector<ReplaySubject> made;
  for (int i = 0; i < count; ++i)
    made.push_back({"id" + std::to_string(i), "category" + std::to_string(i % categories), photos + i % 3});
  return made;
}

}  // namespace big
