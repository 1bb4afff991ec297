#include "identifier_list.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "models_folder.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

class IdentifierList : public testing::Test {
 protected:
  std::vector<ListedIdentifier> read(const std::string& text) {
    write_text(file_, text);
    return read_identifier_list(file_, *tokenizer_);
  }
  std::string refusal(const std::string& text) {
    return error_of<InputError>([&] { read(text); });
  }

 private:
  TempDir dir_;
  const std::filesystem::path file_ = dir_.path() / "words.txt";
  const std::unique_ptr<Tokenizer> tokenizer_ = load_tokenizer(starter() / "tokenizer");
};

TEST_F(IdentifierList, ReadsAWordALineAndPassesOverComments) {
  const auto words = read("# ours\r\nvfr\n\n  xdq \t# for the dog\nqkz");
  ASSERT_EQ(words.size(), 3u);
  EXPECT_EQ(words[0].word, "vfr");
  EXPECT_EQ(words[0].line, 2);
  EXPECT_EQ(words[1].word, "xdq");
  EXPECT_EQ(words[1].line, 4);
  EXPECT_EQ(words[2].word, "qkz");
  EXPECT_EQ(words[2].line, 5);
}

TEST_F(IdentifierList, NamesTheLineOfWhatIsNoSingleToken) {
  const auto error = refusal("vfr\nsksbrc\n");
  EXPECT_NE(error.find("words.txt line 2: the identifier 'sksbrc' is not one piece"), std::string::npos) << error;
  EXPECT_NE(error.find("take it out"), std::string::npos) << error;
}

TEST_F(IdentifierList, NamesTheLineOfWhatIsNoIdentifierOrThereTwice) {
  EXPECT_NE(refusal("vfr\n../x\n").find("words.txt line 2: "), std::string::npos);
  EXPECT_NE(refusal("vfr\nxdq\nvfr\n").find("words.txt line 3: 'vfr' stands in line 1 already"), std::string::npos);
}

TEST_F(IdentifierList, RefusesAnEmptyOne) {
  EXPECT_NE(refusal("# nothing yet\n").find("expected one a line"), std::string::npos);
}

}  // namespace
}  // namespace big
