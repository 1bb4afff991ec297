#include "zip_directory.h"

#include <gtest/gtest.h>

#include <random>

#include "big/core/error.h"
#include "raw_zip.h"
#include "support/error_of.h"

namespace big {
namespace {

const std::string kWhole = raw_zip({{"a/data.pkl", "pickle"}, {"a/data/0", std::string(10, 'x')}});

std::string zip_refusal(const std::string& archive) {
  return error_of<InputError>([&] { read_zip_directory(archive, "a.ckpt"); });
}

/// The archive with `value` written over the bytes that follow the last `signature`.
std::string changed(uint32_t signature, size_t offset, uint64_t value, int bytes) {
  std::string mark, number, archive = kWhole;
  put(mark, signature, 4);
  put(number, value, bytes);
  return archive.replace(archive.rfind(mark) + offset, number.size(), number);
}

TEST(ZipDirectory, FindsStoredFiles) {
  const auto files = read_zip_directory(kWhole, "a.ckpt");
  ASSERT_EQ(files.size(), 2u);
  const auto& data = files.at("a/data/0");
  EXPECT_EQ(kWhole.substr(data.offset, data.size), std::string(10, 'x'));
  EXPECT_EQ(kWhole.substr(files.at("a/data.pkl").offset, 6), "pickle");
}

TEST(ZipDirectory, ACommentMayFollow) {
  std::string archive = kWhole;
  archive.resize(archive.size() - 2);
  put(archive, 5, 2);
  EXPECT_EQ(read_zip_directory(archive + "hello", "a.ckpt").size(), 2u);
}

TEST(ZipDirectory, RefusesWhatTorchNeverWrites) {
  constexpr uint32_t kCentral = 0x02014b50, kEnd = 0x06054b50, kLocal = 0x04034b50;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "too short"},
      {std::string(100, 'x'), "no directory"},
      {kWhole.substr(0, kWhole.size() - 1), "no directory"},
      {changed(kCentral, 8, 1, 2), "is encrypted"},
      {changed(kCentral, 10, 8, 2), "is compressed"},
      {changed(kCentral, 24, 11, 4), "is compressed"},
      {changed(kCentral, 0, 0, 4), "directory is broken"},
      {changed(kCentral, 42, 3, 4), "no file at byte 3"},
      {changed(kCentral, 42, 0xfffffff0, 4), "outside"},
      {changed(kCentral, 20, uint64_t{1000} << 32 | 1000, 8), "outside"},
      {changed(kLocal, 28, 0xffff, 2), "outside"},
      {changed(kEnd, 10, 0xffff, 2), "more than fit"},
      {changed(kEnd, 16, 0xfffffff0, 4), "outside"},
      {raw_zip({{"a", "1"}, {"a", "2"}}), "there twice"},
  };
  for (const auto& [archive, reason] : cases) {
    const auto message = zip_refusal(archive);
    EXPECT_NE(message.find("a.ckpt: the zip archive"), std::string::npos) << reason << ": " << message;
    EXPECT_NE(message.find(reason), std::string::npos) << message;
  }
}

TEST(ZipDirectory, DamageIsRefusedOrHarmless) {
  std::mt19937 random(3);
  int refused = 0;
  constexpr int kMutants = 20'000;
  for (int i = 0; i < kMutants; ++i) {
    std::string archive = kWhole;
    for (size_t changes = 1 + random() % 3; changes > 0; --changes)
      archive[random() % archive.size()] = static_cast<char>(random());
    if (random() % 4 == 0) archive.resize(random() % archive.size());
    try {
      for (const auto& [name, entry] : read_zip_directory(archive, "mutant"))
        ASSERT_LE(entry.offset + entry.size, archive.size());
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, kMutants / 4);
  EXPECT_LT(refused, kMutants);
}

}  // namespace
}  // namespace big
