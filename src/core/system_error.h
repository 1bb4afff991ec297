#pragma once

#include <filesystem>
#include <string_view>

namespace big {

/// Throws MachineError "PATH: cannot <deed>: <reason of errno code>; <what to do>".
[[noreturn]] void throw_system_error(std::string_view deed, const std::filesystem::path& path, int code);

}  // namespace big
