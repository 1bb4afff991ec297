#pragma once

#include <string>

namespace big {

/// The message of the E that `work` throws; "nothing was thrown" where it throws none. Others pass through.
template <class E, class Work>
std::string error_of(const Work& work) {
  try {
    work();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace big
