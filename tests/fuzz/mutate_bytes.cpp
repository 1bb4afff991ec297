#include <algorithm>
#include <array>

#include "mutate.h"

namespace big::fuzz {
namespace {

constexpr size_t kMostBytesChanges = 5;
constexpr size_t kLongestSplice = 64;

void put_number(std::string& bytes, Random& random) {
  const size_t width = size_t{1} << random.below(4);
  if (bytes.size() < width) return;
  const size_t at = random.below(bytes.size() - width + 1);
  const uint64_t value = hostile_number(random);
  const bool big_endian = random.one_in(2);
  for (size_t i = 0; i < width; ++i) {
    const size_t shift = 8 * (big_endian ? width - 1 - i : i);
    bytes[at + i] = static_cast<char>(value >> shift);
  }
}

}  // namespace

uint64_t hostile_number(Random& random) {
  constexpr std::array<unsigned, 12> kPowers = {0, 1, 3, 7, 8, 15, 16, 31, 32, 53, 60, 63};
  const uint64_t power = uint64_t{1} << random.pick(kPowers);
  switch (random.below(4)) {
    case 0:
      return power;
    case 1:
      return power - 1;
    case 2:
      return power + 1;
    default:
      return ~uint64_t{0} - random.below(8);
  }
}

void change_bytes(std::string& bytes, const std::vector<std::string>& others, Random& random) {
  const size_t at = random.below(bytes.size());
  switch (random.below(bytes.empty() ? 1 : 8)) {
    case 0: {
      if (others.empty()) return;
      const std::string& other = random.pick(others);
      bytes.insert(at, other, random.below(other.size()), 1 + random.below(kLongestSplice));
      return;
    }
    case 1:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
      return;
    case 2:
      bytes[at] = static_cast<char>(random.below(256));
      return;
    case 3:
    case 4:
      put_number(bytes, random);
      return;
    case 5:
      bytes.erase(at, 1 + random.below(20));
      return;
    case 6:
      bytes.insert(at, bytes.substr(at, 1 + random.below(kLongestSplice)));
      return;
    default:
      if (random.one_in(3)) bytes.resize(at);
  }
}

std::string mutate_bytes(const std::vector<std::string>& seeds, Random& random) {
  std::string bytes = random.pick(seeds);
  for (size_t changes = 1 + random.below(kMostBytesChanges); changes > 0; --changes) {
    change_bytes(bytes, seeds, random);
  }
  return bytes;
}

}  // namespace big::fuzz
