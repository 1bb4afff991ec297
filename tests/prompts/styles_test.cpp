#include "big/prompts/styles.h"

#include <gtest/gtest.h>

#include <fstream>

#include "big/core/error.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

class Styles : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& bytes) {
    std::ofstream(dir_.path() / "styles.csv", std::ios::binary) << bytes;
    return dir_.path() / "styles.csv";
  }
  std::string error(const std::string& bytes) {
    return error_of<InputError>([&] { read_styles(write(bytes)); });
  }
  TempDir dir_;
};

TEST_F(Styles, AFileOfTheWebUis) {
  const auto styles = read_styles(write(
      "\xEF\xBB\xBFname,prompt,negative_prompt\r\nink,\"{prompt}, ink, \"\"fine\"\" lines\",blurry\r\n\r\n"
      "two lines,\"a\nb\",\nshort,x\n"));
  ASSERT_EQ(styles.size(), 3u);
  EXPECT_EQ(styles[0].prompt, "{prompt}, ink, \"fine\" lines");
  EXPECT_EQ(styles[0].negative_prompt, "blurry");
  EXPECT_EQ(styles[1].name, "two lines");
  EXPECT_EQ(styles[1].prompt, "a\nb");
  EXPECT_EQ(styles[2].negative_prompt, "");
}

TEST_F(Styles, ColumnsMayBeOldAndInAnyOrder) {
  const auto styles = read_styles(write("negative_prompt,text,notes,name\nno,yes,x,one\n"));
  EXPECT_EQ(styles.at(0).name, "one");
  EXPECT_EQ(styles.at(0).prompt, "yes");
  EXPECT_EQ(styles.at(0).negative_prompt, "no");
}

TEST_F(Styles, WhatIsWrongIsSaidWithItsLine) {
  EXPECT_NE(error("ink,{prompt}\n").find("styles.csv:1: expected a line of column names"), std::string::npos);
  EXPECT_NE(error("").find("styles.csv:1: expected"), std::string::npos);
  EXPECT_NE(error("name,prompt\na,b\n\n,c\n").find("styles.csv:4: the style has no name"), std::string::npos);
  EXPECT_NE(error("name,prompt\na,\"b\nc").find("styles.csv:3: the file ends inside"), std::string::npos);
  EXPECT_NE(error("name,prompt\na,\"b\"c\n").find("styles.csv:2: text follows"), std::string::npos);
  EXPECT_NE(error("name,prompt\na,\xFF\n").find("UTF-8"), std::string::npos);
  EXPECT_THROW(read_styles(dir_.path() / "nowhere.csv"), InputError);
}

TEST(FindStyle, AnUnknownOneNamesTheNearest) {
  const std::vector<PromptStyle> styles = {{"watercolour", "", ""}, {"ink", "", ""}};
  EXPECT_EQ(&find_style(styles, "ink"), &styles[1]);
  EXPECT_NE(
      error_of<UsageError>([&] { find_style(styles, "watercolor"); }).find("did you mean 'watercolour'?"),
      std::string::npos);
  EXPECT_NE(error_of<UsageError>([&] { find_style(styles, "x"); }).find("there are: watercolour, ink"),
            std::string::npos);
}

TEST(ApplyStyle, ItsWordsFollowOrSurround) {
  EXPECT_EQ(apply_style("ink, {prompt}, {prompt}", "a cat"), "ink, a cat, a cat");
  EXPECT_EQ(apply_style("ink", " a cat "), "a cat, ink");
  EXPECT_EQ(apply_style("", "a cat"), "a cat");
  EXPECT_EQ(apply_style("ink", ""), "ink");
  EXPECT_EQ(apply_style("{prompt}!", "{prompt}"), "{prompt}!") << "what is put in is not read again";
}

}  // namespace
}  // namespace big
