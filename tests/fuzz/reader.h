#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "mutate.h"

namespace big::fuzz {

/// How a reader may refuse. Unknown keys in a file are a matter of usage (exit 2), the rest of the file (exit
/// 3); some readers make the best of whatever they get.
enum class Refusal { kInput, kInputOrUsage, kNever };

/// What a reader may hold at once for a file of n bytes: fixed + per_byte * n.
struct MemoryBound {
  uint64_t fixed = uint64_t{8} << 20;
  uint64_t per_byte = 64;  ///< a JSON document takes up to some 50 bytes for one of its text
  uint64_t of(uint64_t file_bytes) const { return fixed + per_byte * file_bytes; }
};

/// One entry point: a function on bytes, and what is needed to try it.
struct Reader {
  std::string name;
  /// Reads the bytes as a file of its kind and uses what it has read; throws what the reader throws, and
  /// std::logic_error where what was read breaks a promise.
  std::function<void(const std::string& bytes)> read;
  Mutate mutate;
  /// Seeds below the project's root: files, or folders whose files are taken.
  std::vector<std::filesystem::path> seeds;
  Refusal refusal = Refusal::kInput;
  MemoryBound memory = {};
  double most_seconds =
      4;  ///< of the processor, so that a busy machine changes nothing; usual is a thousandth
};

/// The readers that this program was built with (base_readers.cpp or torch_readers.cpp).
std::vector<Reader> readers();
/// The one of that name; throws std::invalid_argument naming those there are.
Reader find_reader(const std::string& name);

/// The project's root: BIG_TEST_SOURCE_DIR, or the working directory.
std::filesystem::path project_root();
/// The bytes of the reader's seeds, and of the files that were found to break it once
/// (tests/fuzz/regressions/NAME), in the order of their names. Throws std::runtime_error where there are
/// none.
std::vector<std::string> seeds_of(const Reader& reader);
std::vector<std::string> regressions_of(const Reader& reader);

/// Throws std::logic_error with `promise` unless it holds.
void require(bool holds, const char* promise);

}  // namespace big::fuzz
