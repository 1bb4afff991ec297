#include "big/core/memory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

namespace big {
namespace {

/// One number of a file such as /proc/meminfo ("MemAvailable:  123 kB"), or the largest number where there is
/// none.
uint64_t number_after(const std::filesystem::path& file, const std::string& key) {
  std::ifstream in(file);
  std::string word;
  while (in >> word) {
    if (!key.empty() && word != key) continue;
    if (!key.empty() && !(in >> word)) break;
    if (word.find_first_not_of("0123456789") != std::string::npos || word.size() > 19) break;  // "max"
    return std::stoull(word);
  }
  return std::numeric_limits<uint64_t>::max();
}

}  // namespace

uint64_t available_memory_bytes() {
  const uint64_t kilobytes = number_after("/proc/meminfo", "MemAvailable:");
  constexpr uint64_t kUnknown = std::numeric_limits<uint64_t>::max();
  uint64_t available = kilobytes == kUnknown ? kUnknown : kilobytes * 1024;
  const uint64_t limit = number_after("/sys/fs/cgroup/memory.max", "");
  const uint64_t used = number_after("/sys/fs/cgroup/memory.current", "");
  if (limit != kUnknown && used != kUnknown) {
    // Cached files count as used but are given back when memory runs short.
    const uint64_t cached = number_after("/sys/fs/cgroup/memory.stat", "inactive_file");
    const uint64_t held = used - std::min(used, cached == kUnknown ? 0 : cached);
    available = std::min(available, limit - std::min(limit, held));
  }
  return available;
}

}  // namespace big
