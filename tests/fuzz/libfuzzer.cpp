// The same entry points for Clang's libFuzzer: BIG_FUZZ_READER=png fuzz_NAMES_libfuzzer -max_total_time=3600
// CORPUS.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

#include "campaign.h"

namespace {

std::optional<big::fuzz::Reader> chosen;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* name = std::getenv("BIG_FUZZ_READER");
  try {
    chosen = big::fuzz::find_reader(name != nullptr ? name : "");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "BIG_FUZZ_READER: %s\n", error.what());
    std::exit(2);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  big::fuzz::Tally tally;
  const std::string input(reinterpret_cast<const char*>(data), size);
  if (const auto problem = big::fuzz::problem_with(*chosen, input, tally)) {
    std::fprintf(stderr, "%s\n", problem->c_str());
    std::abort();
  }
  return 0;
}
