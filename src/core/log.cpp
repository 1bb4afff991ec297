#include "big/core/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

struct Level {
  LogLevel level;
  const char* name;
  spdlog::level::level_enum inner;
};
constexpr std::array kLevels = {
    Level{LogLevel::kDebug, "debug", spdlog::level::debug},
    Level{LogLevel::kInfo, "info", spdlog::level::info},
    Level{LogLevel::kWarning, "warning", spdlog::level::warn},
    Level{LogLevel::kError, "error", spdlog::level::err},
    Level{LogLevel::kOff, "off", spdlog::level::off},
};

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("big", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

}  // namespace

void set_log_level(LogLevel level) {
  for (const Level& known : kLevels) {
    if (known.level == level) logger().set_level(known.inner);
  }
}

LogLevel log_level() {
  for (const Level& known : kLevels) {
    if (known.inner == logger().level()) return known.level;
  }
  return LogLevel::kOff;
}

LogLevel parse_log_level(const std::string& name) {
  std::vector<std::string> names;
  for (const Level& known : kLevels) {
    if (name == known.name) return known.level;
    names.emplace_back(known.name);
  }
  const std::string near = nearest(name, names);
  throw UsageError(concat("log level '", printable(name), "' is unknown, expected one of ", join(names, ", "),
                          near.empty() ? "" : "; did you mean '" + near + "'?"));
}

void log_debug(const std::string& message) { logger().debug("debug: " + message); }
void log_info(const std::string& message) { logger().info(message); }
void log_warning(const std::string& message) { logger().warn("warning: " + message); }

}  // namespace big
