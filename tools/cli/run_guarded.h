#pragma once

#include <functional>
#include <string>
#include <vector>

namespace big {

/// What a tool does with its arguments (the program's name not among them).
using ToolFn = std::function<void(const std::vector<std::string>& arguments)>;

/// Runs a tool: catches signals, arms the fail point that BIG_FAIL_POINT names, turns every exception into a
/// message
/// ("error: ..." on stderr, or {"error":{...}} on stdout with --json) and the exit code to leave with.
/// Anything that is no Error of ours is our own bug: 70.
int run_guarded(int argc, char** argv, const ToolFn& tool);

/// Ends the program with what it printed written out, without the end of the libraries: libtorch takes 0.15 s to
/// forget its operators.
[[noreturn]] void leave(int exit_code);

/// One exception as it is reported.
struct ErrorReport {
  int code = 70;
  std::string kind, message;
};
/// The report of the exception being handled.
ErrorReport report_current_exception();

}  // namespace big
