#pragma once

namespace big {

/// Makes SIGINT, SIGTERM and SIGHUP set a flag (the second SIGINT kills at once). Called once by the tools.
void catch_signals();
/// The signal that arrived, or 0.
int pending_signal() noexcept;
/// Throws Interrupted if a signal arrived: called once a step by everything long.
void throw_if_interrupted();
/// For tests: pretends that `signal` arrived (0 clears).
void set_pending_signal(int signal) noexcept;

}  // namespace big
