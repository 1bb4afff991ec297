#pragma once

#include <functional>
#include <string>

namespace big {

/// act(); an Error out of it says `where` it was first ("subjects.toml:4"; empty: it stays as it is) and `besides` last,
/// with the exit code and kind it had. An interruption passes unchanged.
void at_place(const std::string& where, const std::function<void()>& act, const std::string& besides = "");

}  // namespace big
