// Mutants that no reader would look at twice find nothing: each kind must often be well formed.
#include "fuzz/mutate.h"

#include <gtest/gtest.h>

#include <set>

#include "fuzz/reader.h"

namespace big::fuzz {
namespace {

constexpr int kMutants = 400;

std::vector<std::string> seeds(const std::string& folder) {
  return seeds_of({"none", nullptr, nullptr, {folder}});
}

/// How many of the mutants are different, and how many are as `is_whole` wants them.
void expect_whole(const Mutate& mutate,
                  const std::vector<std::string>& from,
                  const std::function<bool(const std::string&)>& is_whole,
                  int least) {
  Random random(7);
  std::set<std::string> different;
  int whole = 0;
  for (int i = 0; i < kMutants; ++i) {
    const std::string mutant = mutate(from, random);
    different.insert(mutant);
    if (is_whole(mutant)) ++whole;
  }
  EXPECT_GT(different.size(), kMutants * 3 / 4u);
  EXPECT_GT(whole, least);
  EXPECT_LT(whole, kMutants);
}

TEST(MutateJson, IsOftenJson) {
  const auto is_json = [](const std::string& text) { return Json::accept(text); };
  expect_whole(mutate_json, seeds("tests/fuzz/seeds/registry"), is_json, kMutants / 3);
}

TEST(MutateSafetensors, OftenHasAHeaderOfItsLength) {
  const auto has_header = [](const std::string& file) {
    uint64_t length = 0;
    if (file.size() < 8) return false;
    std::copy_n(file.data(), 8, reinterpret_cast<char*>(&length));
    return length <= file.size() - 8 && Json::accept(file.substr(8, length));
  };
  expect_whole(mutate_safetensors, seeds("tests/fuzz/seeds/safetensors"), has_header, kMutants / 3);
}

TEST(MutatePng, OftenHasChunksOfTheirLength) {
  const auto has_chunks = [](const std::string& file) {
    size_t at = 8;
    while (at + 12 <= file.size()) {
      size_t length = 0;
      for (size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<uint8_t>(file[at + i]);
      at += 12 + length;
    }
    return at == file.size();
  };
  expect_whole(mutate_png, seeds("tests/fuzz/seeds/png_text"), has_chunks, kMutants / 3);
}

TEST(MutateRiff, OftenSaysItsLength) {
  const auto says_length = [](const std::string& file) {
    size_t length = 0;
    for (size_t i = 0; i < 4 && file.size() >= 8; ++i)
      length |= static_cast<size_t>(static_cast<uint8_t>(file[4 + i])) << 8 * i;
    return file.starts_with("RIFF") && length + 8 == file.size();
  };
  std::vector<std::string> webps;
  for (const char* name : {"lossy", "lossless", "alpha"})
    webps.push_back(seeds(std::string("tests/imaging/data/") + name + ".webp").front());
  expect_whole(mutate_riff, webps, says_length, kMutants / 3);
}

TEST(MutateJpeg, PutsSeedsTogetherAgain) {
  const std::string seed = seeds("tests/imaging/data/progressive.jpg").front();
  const auto begins_and_ends = [](const std::string& file) {
    return file.starts_with("\xFF\xD8\xFF") && file.ends_with("\xFF\xD9");
  };
  expect_whole(mutate_jpeg, {seed}, begins_and_ends, kMutants / 4);
}

TEST(MutateProtobuf, KeepsLengthsOfNestedMessages) {
  // The pieces' field stands in front of each model: tag, length, and that many bytes more.
  const auto is_message = [](const std::string& bytes) {
    size_t at = 0;
    while (at + 1 < bytes.size() && bytes[at] == '\x0a' && static_cast<uint8_t>(bytes[at + 1]) < 0x80) {
      at += 2 + static_cast<size_t>(bytes[at + 1]);
    }
    return at > 0 && at < bytes.size() && bytes[at] == '\x12';
  };
  expect_whole(mutate_protobuf, seeds("tests/fuzz/seeds/spiece/char.model"), is_message, kMutants / 3);
}

TEST(MutateLines, KeepsMostLines) {
  const auto from = seeds("tests/fuzz/seeds/toml/values.toml");
  const auto has_prompt = [](const std::string& text) {
    return text.find("\nsteps = 7") != std::string::npos;
  };
  expect_whole(mutate_lines, from, has_prompt, kMutants / 3);
}

TEST(MutateBytes, NeedsNoBytes) {
  Random random(3);
  for (int i = 0; i < 100; ++i) mutate_bytes({""}, random);
}

}  // namespace
}  // namespace big::fuzz
