#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace big {

/// Exit codes of the tools (the contract of the command line). An interrupted run exits 128 + signal.
enum class ExitCode { kOk = 0, kUsage = 2, kInput = 3, kBusy = 4, kGate = 5, kMachine = 6, kBug = 70 };

/// Root of all errors a person can meet. The type says who can act; the message says what, where,
/// found against expected, and what to do.
class Error : public std::runtime_error {
 public:
  Error(int exit_code, std::string kind, const std::string& message)
      : std::runtime_error(message), exit_code_(exit_code), kind_(std::move(kind)) {}
  int exit_code() const noexcept { return exit_code_; }
  /// One word for programs: "usage", "file", "busy", "gate", "machine", "bug", "interrupted".
  const std::string& kind() const noexcept { return kind_; }

 private:
  int exit_code_;
  std::string kind_;
};

/// The command line, a name or an identifier is wrong.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message) : Error(2, "usage", message) {}
};

/// A file of the user's is missing or wrong: photo, weights, configuration, registry.
class InputError : public Error {
 public:
  explicit InputError(const std::string& message) : Error(3, "file", message) {}
};

/// Another run holds the lock.
class BusyError : public Error {
 public:
  explicit BusyError(const std::string& message) : Error(4, "busy", message) {}
};

/// The machine cannot do it: disk, memory, device.
class MachineError : public Error {
 public:
  explicit MachineError(const std::string& message) : Error(6, "machine", message) {}
};

/// Stopped by a signal (Ctrl-C, TERM); what had been finished is kept.
class Interrupted : public Error {
 public:
  Interrupted(int signal, const std::string& message) : Error(128 + signal, "interrupted", message) {}
};

}  // namespace big
