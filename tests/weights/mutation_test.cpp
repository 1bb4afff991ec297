#include <gtest/gtest.h>
#include <torch/torch.h>

#include <random>

#include "big/core/error.h"
#include "big/weights/safetensors.h"
#include "raw_file.h"
#include "support/temp_dir.h"

namespace big {
namespace {

constexpr int kMutants = 5000;

/// Changes a few bytes, cuts, or repeats a piece: what damage and malice do to a file.
std::string mutate(std::string bytes, std::mt19937& random) {
  const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  const std::string alphabet = "{}[]\",:0123456789-eFIU\\\xff";
  for (size_t changes = 1 + below(3); changes > 0 && !bytes.empty(); --changes) {
    const size_t at = below(bytes.size());
    switch (below(5)) {
      case 0:
        bytes[at] = static_cast<char>(below(256));
        break;
      case 1:
        bytes[at] = alphabet[below(alphabet.size())];
        break;
      case 2:
        bytes.resize(at);
        break;
      case 3:
        bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(40)));
        break;
      default:
        bytes.erase(at, 1 + below(10));
    }
  }
  return bytes;
}

/// Reads all that a reader can reach; the sum keeps the reads.
double read_everything(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  double sum = 0;
  for (const auto& [name, entry] : file.entries())
    sum += file.tensor(name).to(torch::kFloat64).sum().item<double>();
  return sum;
}

TEST(SafetensorsMutants, AreReadOrRefusedButNeverCrash) {
  const TempDir folder;
  const auto path = folder.path() / "whole.safetensors";
  write_safetensors(path,
                    {{"first.weight", torch::ones({2, 3})},
                     {"second", torch::ones({4}, torch::kFloat16)},
                     {"third", torch::arange(3)},
                     {"none", torch::ones({0, 2})}},
                    {{"format", "pt"}, {"note", "a \"quoted\" \\ word"}});
  const auto whole = read_bytes(path);
  std::mt19937 random(1);
  int refused = 0;
  for (int i = 0; i < kMutants; ++i) {
    const auto mutant = mutate(whole, random);
    // A name of its own: some file systems flush to the disk when a file is written over.
    const auto mutant_path = folder.path() / (std::to_string(i) + ".safetensors");
    std::ofstream(mutant_path, std::ios::binary) << mutant;
    try {
      read_everything(mutant_path);
    } catch (const InputError& error) {
      ASSERT_NE(std::string(error.what()).find(mutant_path.string()), std::string::npos) << error.what();
      ++refused;
    }
    std::filesystem::remove(mutant_path);
  }
  EXPECT_GT(refused, kMutants / 2);
  EXPECT_LT(refused, kMutants);  // damage to the numbers alone cannot be seen
}

}  // namespace
}  // namespace big
