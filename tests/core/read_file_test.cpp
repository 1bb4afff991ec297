#include "big/core/read_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "support/child_process.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

std::string refusal(const std::filesystem::path& path, uint64_t max_bytes = 100) {
  return error_of<InputError>([&] { read_file(path, max_bytes); });
}

TEST(ReadFile, GivesAllBytesAsTheyAre) {
  const TempDir dir;
  const std::string bytes("a\0\n\xff", 4);
  std::ofstream(dir.path() / "x", std::ios::binary) << bytes;
  EXPECT_EQ(read_file(dir.path() / "x", 4), bytes);
  std::ofstream(dir.path() / "empty").flush();
  EXPECT_EQ(read_file(dir.path() / "empty", 0), "");
}

TEST(ReadFile, WhatIsNoFileIsRefusedWithoutWaiting) {
  const TempDir dir;
  EXPECT_NE(refusal(dir.path() / "none").find("none: there is no such file"), std::string::npos);
  EXPECT_NE(refusal(dir.path()).find("is no regular file"), std::string::npos);
  ASSERT_EQ(mkfifo((dir.path() / "pipe").c_str(), 0600), 0);
  EXPECT_NE(refusal(dir.path() / "pipe").find("is no regular file"), std::string::npos);
  std::ofstream(dir.path() / "long") << std::string(101, 'x');
  EXPECT_NE(refusal(dir.path() / "long").find("expected at most 100 B"), std::string::npos);
}

TEST(ReadFile, AFileReplacedMeanwhileIsReadWholeAsItWasOrAsItIs) {
  const TempDir dir;
  const std::filesystem::path path = dir.path() / "registry.json";
  const auto of_length = [](int length) { return std::string(static_cast<size_t>(length), 'x') + "."; };
  write_file_atomically(path, of_length(0));
  ChildProcess writer([&] {
    for (int i = 0;; ++i) write_file_atomically(path, of_length(i % 7 * 100));
    return 0;
  });
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = read_file(path, 1000);
    ASSERT_EQ(text, of_length(static_cast<int>(text.size()) - 1)) << "read " << i;
  }
}

}  // namespace
}  // namespace big
