#include "partial_name.h"

#include <unistd.h>

#include <atomic>
#include <charconv>

#include "big/core/text.h"

namespace big {
namespace {

constexpr std::string_view kPartialTag = ".partial-";
constexpr std::string_view kReplacedTag = ".replaced-";

}  // namespace

std::filesystem::path temporary_path(const std::filesystem::path& target, TemporaryKind kind) {
  static std::atomic<int> counter{0};
  const std::string_view tag = kind == TemporaryKind::kPartial ? kPartialTag : kReplacedTag;
  for (;;) {
    const std::filesystem::path path = target.string() + concat(tag, getpid(), "-", counter++);
    // A dead process may have had our number.
    if (!std::filesystem::exists(std::filesystem::symlink_status(path))) return path;
  }
}

std::optional<TemporaryName> parse_temporary_name(const std::string& name) {
  for (const auto& [kind, tag] :
       {std::pair{TemporaryKind::kPartial, kPartialTag}, std::pair{TemporaryKind::kReplaced, kReplacedTag}}) {
    const size_t at = name.rfind(tag);
    if (at == std::string::npos || at == 0) continue;
    TemporaryName parts{name.substr(0, at), kind, 0};
    const char* end = name.data() + name.size();
    const auto process = std::from_chars(name.data() + at + tag.size(), end, parts.process);
    if (process.ec != std::errc() || parts.process <= 0 || process.ptr == end || *process.ptr != '-')
      continue;
    uint64_t count = 0;
    const auto number = std::from_chars(process.ptr + 1, end, count);
    if (number.ec == std::errc() && number.ptr == end) return parts;
  }
  return std::nullopt;
}

}  // namespace big
