#include "big/tokenizers/clip_vocabulary.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "big/core/error.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

fs::path bundled() { return fs::path(std::getenv("BIG_TEST_SOURCE_DIR")) / "models" / "clip_tokenizer"; }

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

Json config(const std::string& pad) {
  return {{"bos_token", "<|startoftext|>"},
          {"eos_token", "<|endoftext|>"},
          {"unk_token", "<|endoftext|>"},
          {"pad_token", pad},
          {"model_max_length", 77}};
}

TEST(ClipVocabulary, FilesAreThoseOfThePublishedModels) {
  const fs::path published = fs::path(std::getenv("BIG_TEST_BINARY_DIR")) / "references/tokenizers/sd1";
  const TempDir dir;
  write_clip_vocabulary(bundled(), dir.path());
  EXPECT_EQ(read_json(dir.path() / "vocab.json"), read_json(published / "vocab.json"));
  EXPECT_EQ(text_of(dir.path() / "merges.txt"), text_of(published / "merges.txt"));
}

TEST(ClipVocabulary, TokenisesAndPadsAsTheConfigSays) {
  const auto first = clip_tokenizer(bundled(), config("<|endoftext|>"));
  EXPECT_EQ(first->encode("sks"), std::vector<int64_t>{48136});
  EXPECT_EQ(first->vocab_size(), 49408);
  EXPECT_EQ(first->encode_padded("a").ids.back(), 49407);
  EXPECT_EQ(clip_tokenizer(bundled(), config("!"))->encode_padded("a").ids.back(), 0);
}

TEST(ClipVocabulary, SaysWhatIsMissingOrDamaged) {
  const TempDir dir;
  const auto message = error_of<InputError>([&] { clip_tokenizer(dir.path(), config("!")); });
  EXPECT_NE(message.find("models/clip_tokenizer"), std::string::npos) << message;
  std::ofstream(dir.path() / "merges.txt") << "a b\na b\n";
  EXPECT_NE(
      error_of<InputError>([&] { clip_tokenizer(dir.path(), config("!")); }).find("two merges make 'ab'"),
      std::string::npos);
}

}  // namespace
}  // namespace big
