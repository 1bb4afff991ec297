#pragma once

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace big {

/// A forked copy of the test that runs `body` and ends with its result (99 and a message where it throws).
class ChildProcess {
 public:
  explicit ChildProcess(const std::function<int()>& body) : pid_(fork()) {
    if (pid_ < 0) throw std::runtime_error("cannot fork");
    if (pid_ > 0) return;
    try {
      _exit(body());
    } catch (const std::exception& error) {
      std::cerr << "a child process failed: " << error.what() << std::endl;
      _exit(99);
    }
  }
  ChildProcess(ChildProcess&& other) noexcept : pid_(other.pid_) { other.pid_ = 0; }
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess() {
    if (pid_ <= 0) return;
    send(SIGKILL);
    wait();
  }

  pid_t pid() const { return pid_; }
  void send(int signal) const { kill(pid_, signal); }
  /// The exit status, or minus the signal that ended it.
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  pid_t pid_;
};

/// Tells another process that something happened.
inline void raise_flag(const std::filesystem::path& flag) { std::ofstream(flag).put('x'); }

/// Waits for raise_flag() of another process; false after ten seconds.
inline bool wait_for_flag(const std::filesystem::path& flag) {
  for (int i = 0; i < 2000; ++i) {
    if (std::filesystem::exists(flag)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

}  // namespace big
