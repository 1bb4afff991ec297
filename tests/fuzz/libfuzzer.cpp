// The same entry points for Clang's libFuzzer: BIG_FUZZ_READER=png fuzz_NAMES_libfuzzer -max_total_time=3600
// CORPUS tests/fuzz/seeds/png_text. It keeps what reaches new code, and changes that by bytes and by structure.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

#include "campaign.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);  // libFuzzer's own, of bytes

namespace {

std::optional<big::fuzz::Reader> chosen;

}  // namespace

/// The sources that the program sees into lie in the linked library as well: the linker takes the first.
extern "C" const char* __asan_default_options() { return "detect_odr_violation=0"; }

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

/// Half of the inputs by the reader's own mutator, which knows the structure that single bytes rarely hit.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned int seed) {
  big::fuzz::Random random(seed);
  if (size == 0 || random.one_in(2)) return LLVMFuzzerMutate(data, size, max_size);
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::string mutant = chosen->mutate({input}, random);
  const size_t kept = std::min(mutant.size(), max_size);
  std::copy_n(mutant.data(), kept, reinterpret_cast<char*>(data));
  return kept;
}
