#include "big/core/file_kind.h"

#include <gtest/gtest.h>

namespace big {
namespace {

TEST(FileKind, WhatPeopleHaveInsteadOfTheirFileIsNamed) {
  const auto expect = [](const std::string& bytes, const std::string& kind) {
    EXPECT_EQ(kind_of_foreign_file(bytes).find(kind), 0u) << kind_of_foreign_file(bytes);
  };
  expect("", "empty");
  expect("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 3438167540\n",
         "a Git LFS pointer");
  expect("<!DOCTYPE html><html>", "an HTML page");
  expect("\xEF\xBB\xBF\n  <html lang=\"en\">", "an HTML page");
  expect("Entry not found", "a text");
  expect("{\"error\": \"Repository not found\"}", "a JSON text");
  expect(std::string("PK\x03\x04", 4) + "rest", "a zip archive");
  expect("\x80\x02}q", "a Python pickle");
  expect(std::string(600, '\0'), "zeros");
}

TEST(FileKind, NothingIsSaidOfBytesThatTellNothing) {
  EXPECT_EQ(kind_of_foreign_file("\x01\x02\x03"), "");
  EXPECT_EQ(kind_of_foreign_file(std::string("caf\xe9 \0", 6)), "");
}

TEST(FileKind, ACharacterAcrossTheEdgeIsStillText) {
  EXPECT_EQ(kind_of_foreign_file(std::string(511, 'a') + "\u00e9\u00e9").find("a text"), 0u);
}

}  // namespace
}  // namespace big
