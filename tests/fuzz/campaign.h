#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "reader.h"

namespace big::fuzz {

/// How long a reader is tried: until both are reached.
struct Campaign {
  uint64_t seed = 1;
  int64_t inputs = 0;
  double seconds = 0;
  std::filesystem::path findings = "fuzz-findings";  ///< where an input is kept that breaks a reader
};

/// What came of the inputs.
struct Tally {
  int64_t read = 0, refused = 0;
  double slowest_seconds = 0;
  uint64_t most_memory = 0;  ///< 0 where nobody counts
};

/// Reads one input. Returns what is wrong: an exception that is no refusal, a refusal without a word, too
/// much memory or time. Nothing where all is well; `tally` counts it.
std::optional<std::string> problem_with(const Reader& reader, const std::string& input, Tally& tally);

/// Reads regressions, seeds as they are, and mutants. Stops at the first problem: keeps the input and throws
/// std::runtime_error that names it. An input that ends or hangs the process is kept as well (keep_on_crash).
/// Throws too where nothing or everything was refused: then the mutants do not reach the reader.
Tally try_reader(const Reader& reader, const Campaign& campaign);

}  // namespace big::fuzz
