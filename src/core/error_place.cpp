#include "big/core/error_place.h"

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

void at_place(const std::string& where, const std::function<void()>& act, const std::string& besides) {
  try {
    act();
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    if (where.empty()) throw;
    throw Error(error.exit_code(), error.kind(), concat(where, ": ", error.what(), besides));
  }
}

}  // namespace big
