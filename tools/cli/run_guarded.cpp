#include "cli/run_guarded.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <new>
#include <system_error>

#include "big/core/error.h"
#include "big/core/excerpt.h"
#include "big/core/fail_point.h"
#include "big/core/interrupt.h"
#include "big/core/out_of_memory.h"
#include "big/core/text.h"
#include "cli/output.h"

namespace big {
namespace {

constexpr int kMachine = static_cast<int>(ExitCode::kMachine);
constexpr int kInput = static_cast<int>(ExitCode::kInput);
constexpr int kBug = static_cast<int>(ExitCode::kBug);

bool asks_for_json(const std::vector<std::string>& arguments) {
  bool json = false;
  for (const std::string& argument : arguments) {
    if (argument == "--json" || argument == "--json=true") json = true;
    if (argument == "--json=false") json = false;
  }
  return json;
}

/// libtorch appends a stack to its messages.
std::string without_stack(const std::string& message) {
  return message.substr(0, std::min(message.find("\nException raised from"), message.size()));
}

ErrorReport report_file_system(const std::filesystem::filesystem_error& error) {
  const std::errc cause = static_cast<std::errc>(error.code().value());
  const bool machine = cause == std::errc::no_space_on_device || cause == std::errc::read_only_file_system ||
                       cause == std::errc::io_error || cause == std::errc::too_many_files_open;
  std::string message = error.path1().string();
  if (!error.path2().empty()) message += " -> " + error.path2().string();
  message += (message.empty() ? "" : ": ") + error.code().message();
  return {machine ? kMachine : kInput, machine ? "machine" : "file", message};
}

/// Whatever a file put into a message, it is one line that fits a screen and does nothing to the terminal.
constexpr size_t kLongestMessage = 6000;

void print_error(ErrorReport report) {
  report.message = excerpt(report.message, kLongestMessage);
  if (json_output()) {
    const OrderedJson error = {{"code", report.code}, {"kind", report.kind}, {"message", report.message}};
    std::cout << json_line({{"error", error}}) << std::endl;
  } else {
    std::cerr << "error: " << report.message << std::endl;
  }
}

}  // namespace

ErrorReport report_current_exception() {
  try {
    throw;
  } catch (const Error& error) {
    return {error.exit_code(), error.kind(), error.what()};
  } catch (const std::bad_alloc&) {
    return {kMachine, "machine",
            "out of memory: close other programs, or use a smaller model, size or batch"};
  } catch (const std::filesystem::filesystem_error& error) {
    return report_file_system(error);
  } catch (const std::exception& error) {
    const std::string message = without_stack(error.what());
    if (is_out_of_memory(message)) return {kMachine, "machine", message};
    return {kBug, "bug", "a fault of this program, please report it with the command you typed: " + message};
  } catch (...) {
    return {kBug, "bug", "a fault of this program, please report it with the command you typed"};
  }
}

int run_guarded(int argc, char** argv, const ToolFn& tool) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  set_json_output(asks_for_json(arguments));
  try {
    catch_signals();
    if (const char* name = std::getenv("BIG_FAIL_POINT")) arm_fail_point(name);
    tool(arguments);
    return 0;
  } catch (...) {
    const ErrorReport report = report_current_exception();
    print_error(report);
    return report.code;
  }
}

void leave(int exit_code) {
  std::cout.flush();
  std::fflush(nullptr);
  std::_Exit(exit_code);
}

}  // namespace big
