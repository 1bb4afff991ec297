#pragma once

#include <string>

namespace big {

/// Crash tests: arms one named place (the tools do it from BIG_FAIL_POINT, "name" or "name:3" for the third
/// pass); the process kills itself with SIGKILL when it gets there.
void arm_fail_point(const std::string& name);
/// Does nothing unless armed by that name.
void fail_point(const char* name);

}  // namespace big
