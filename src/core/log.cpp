#include "big/core/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <fstream>
#include <memory>
#include <mutex>

#include "big/core/error.h"
#include "big/core/run_log.h"
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

/// stderr shows what its level lets through; copies get everything but debug lines.
struct Logging {
  std::shared_ptr<spdlog::sinks::stderr_sink_mt> screen = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  std::shared_ptr<spdlog::sinks::dist_sink_mt> all = std::make_shared<spdlog::sinks::dist_sink_mt>();
  spdlog::logger logger{"big", all};

  Logging() {
    screen->set_pattern("%v");
    screen->set_level(spdlog::level::info);
    all->add_sink(screen);
    logger.set_level(spdlog::level::trace);
    logger.flush_on(spdlog::level::trace);
  }
};

Logging& logging() {
  static Logging instance;
  return instance;
}

/// Lines in memory, and in a file once there is one.
class CopySink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  CopySink() {
    set_level(spdlog::level::info);
    set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%SZ %v", spdlog::pattern_time_type::utc));
  }
  bool keep_in(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    file_.open(path, std::ios::binary | std::ios::trunc);
    file_ << text_ << std::flush;
    return static_cast<bool>(file_);
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    text_.append(line.data(), line.size());
    if (file_.is_open()) file_.write(line.data(), static_cast<std::streamsize>(line.size()));
  }
  void flush_() override { file_.flush(); }

 private:
  std::string text_;
  std::ofstream file_;
};

}  // namespace

void set_log_level(LogLevel level) {
  for (const Level& known : kLevels) {
    if (known.level == level) logging().screen->set_level(known.inner);
  }
}

LogLevel log_level() {
  for (const Level& known : kLevels) {
    if (known.inner == logging().screen->level()) return known.level;
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

void log_debug(const std::string& message) { logging().logger.debug("debug: " + message); }
void log_info(const std::string& message) { logging().logger.info(message); }
void log_warning(const std::string& message) { logging().logger.warn("warning: " + message); }

struct RunLog::State {
  std::shared_ptr<CopySink> sink = std::make_shared<CopySink>();
};

RunLog::RunLog() : state_(std::make_unique<State>()) { logging().all->add_sink(state_->sink); }

RunLog::~RunLog() { logging().all->remove_sink(state_->sink); }

void RunLog::keep_in(const std::filesystem::path& file) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (!state_->sink->keep_in(file)) throw MachineError(concat(file.string(), ": cannot be written"));
}

void RunLog::note(const std::string& line) {
  state_->sink->log({"big", spdlog::level::info, line});
  state_->sink->flush();
}

std::string RunLog::text() const { return state_->sink->text(); }

}  // namespace big
