#pragma once

#include <cstdint>
#include <string>

namespace big {

/// A time for people: "45 s", "3 min 20 s", "1 h 05 min"; "unknown" for what is no time (negative, not
/// finite).
std::string format_duration(double seconds);

/// A size for people: "512 B", "1.4 GiB".
std::string format_bytes(uint64_t bytes);

}  // namespace big
