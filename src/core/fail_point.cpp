#include "big/core/fail_point.h"

#include <unistd.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <mutex>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

std::atomic<bool> armed{false};  // keeps the unarmed path free of the mutex
std::mutex mutex;
std::string armed_name;
int passes_left = 0;

}  // namespace

void arm_fail_point(const std::string& name) {
  const size_t colon = name.find(':');
  int passes = 1;
  if (colon != std::string::npos) {
    const char* end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + colon + 1, end, passes);
    if (parsed.ec != std::errc() || parsed.ptr != end || passes < 1) {
      throw UsageError(
          concat("fail point '", printable(name), "': expected NAME or NAME:PASS with PASS from 1"));
    }
  }
  const std::scoped_lock lock(mutex);
  armed_name = name.substr(0, colon);
  passes_left = passes;
  armed = !armed_name.empty();
}

void fail_point(const char* name) {
  if (!armed) return;
  const std::scoped_lock lock(mutex);
  if (armed_name == name && --passes_left == 0) kill(getpid(), SIGKILL);
}

}  // namespace big
