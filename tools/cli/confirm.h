#pragma once

#include <string>

namespace big {

/// Asks "<question> [y/N]" on stderr before something is deleted. Returns only where the answer is yes;
/// throws UsageError otherwise, and where nobody is there to ask (stdin is no terminal).
void require_yes(const std::string& question);

}  // namespace big
