#include "big/core/out_of_memory.h"

#include "big/core/text.h"

namespace big {

bool is_out_of_memory(const std::string& message) {
  const std::string lower = ascii_lower(message);
  return lower.find("out of memory") != std::string::npos ||
         lower.find("can't allocate memory") != std::string::npos;
}

}  // namespace big
