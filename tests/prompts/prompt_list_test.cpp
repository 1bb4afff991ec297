#include "big/prompts/prompt_list.h"

#include <gtest/gtest.h>

#include <fstream>

#include "big/core/error.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

class PromptList : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& bytes) {
    std::ofstream(dir_.path() / "prompts.txt", std::ios::binary) << bytes;
    return dir_.path() / "prompts.txt";
  }
  TempDir dir_;
};

TEST_F(PromptList, APromptALine) {
  const auto prompts =
      read_prompt_list(write("\xEF\xBB\xBF# mine\na cat\r\n\n  a (dog:1.2), #1 \n#a bird\n小狗"));
  ASSERT_EQ(prompts.size(), 3u);
  EXPECT_EQ(prompts[0].text, "a cat");
  EXPECT_EQ(prompts[0].line, 2);
  EXPECT_EQ(prompts[1].text, "a (dog:1.2), #1");
  EXPECT_EQ(prompts[1].line, 4);
  EXPECT_EQ(prompts[2].text, "小狗");
}

TEST_F(PromptList, WhatIsWrongIsSaidWithItsLine) {
  EXPECT_NE(error_of<InputError>([&] { read_prompt_list(write("# nothing\n\n")); }).find("holds no prompt"),
            std::string::npos);
  EXPECT_NE(
      error_of<InputError>([&] { read_prompt_list(write("a\n\xFF\n")); }).find("prompts.txt:2: is not valid"),
      std::string::npos);
  EXPECT_THROW(read_prompt_list(dir_.path() / "nowhere.txt"), InputError);
}

}  // namespace
}  // namespace big
