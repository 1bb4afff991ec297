#pragma once

#include <string>

namespace big {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

/// Messages go to stderr. Levels below `level` are dropped. Thread-safe.
void set_log_level(LogLevel level);
LogLevel log_level();
/// "debug", "info", "warning", "error", "off"; throws UsageError for anything else.
LogLevel parse_log_level(const std::string& name);

void log_debug(const std::string& message);
void log_info(const std::string& message);
void log_warning(const std::string& message);

}  // namespace big
