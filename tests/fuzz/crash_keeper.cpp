#include "crash_keeper.h"

#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <stdexcept>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace big::fuzz {
namespace {

// Read by signal handlers: plain memory, no allocation.
std::array<char, 4096> crash_file{};
const char* current = nullptr;
size_t current_size = 0;

void say(const char* text) { static_cast<void>(!::write(STDERR_FILENO, text, std::strlen(text))); }

void keep_current() {
  if (current == nullptr) return;
  const int file = ::open(crash_file.data(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (file < 0) return;
  static_cast<void>(!::write(file, current, current_size));
  ::close(file);
  say("\nthe input is kept as ");
  say(crash_file.data());
  say("\n");
  current = nullptr;
}

void on_signal(int signal) {
  say(signal == SIGVTALRM ? "\nthe reader hangs" : "\nthe reader crashed");
  keep_current();
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}

void handle(int signal) {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  ::sigaction(signal, &action, nullptr);
}

void set_alarm(int seconds) {
  itimerval timer{};
  timer.it_value.tv_sec = seconds;
  ::setitimer(ITIMER_VIRTUAL, &timer, nullptr);
}

}  // namespace

/// Read by the undefined-behaviour sanitizer when the program starts: what it finds ends like a crash.
extern "C" const char* __ubsan_default_options() { return "abort_on_error=1:print_stacktrace=1"; }

std::filesystem::path keep(const std::filesystem::path& folder,
                           const std::string& reader,
                           const std::string& input) {
  std::filesystem::create_directories(folder);
  const auto file = folder / (reader + "-" + std::to_string(std::hash<std::string>()(input)));
  std::ofstream(file, std::ios::binary) << input;
  return file;
}

CrashKeeper::CrashKeeper(const std::filesystem::path& folder, const std::string& reader) {
  std::filesystem::create_directories(folder);
  const std::string file = (std::filesystem::absolute(folder) / (reader + "-crash")).string();
  if (file.size() >= crash_file.size()) throw std::invalid_argument(file + ": is too long a path");
  std::strcpy(crash_file.data(), file.c_str());
  handle(SIGABRT);
  handle(SIGVTALRM);
#if defined(__SANITIZE_ADDRESS__)
  // Its own handlers tell where; it calls back before it ends.
  __sanitizer_set_death_callback(keep_current);
#else
  static std::array<char, 1 << 16> handler_stack{};  // a stack that is exhausted cannot run a handler
  stack_t stack{};
  stack.ss_sp = handler_stack.data();
  stack.ss_size = handler_stack.size();
  ::sigaltstack(&stack, nullptr);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) handle(signal);
#endif
}

CrashKeeper::~CrashKeeper() {
  set_alarm(0);
  current = nullptr;
}

void CrashKeeper::about_to_read(const std::string& input) {
  current = input.data();
  current_size = input.size();
  set_alarm(kMostSeconds);
}

}  // namespace big::fuzz
