#include "prompt_chunks.h"

#include <gtest/gtest.h>

#include <random>

#include "big/core/text.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/tokenizers/added_words.h"
#include "references.h"

namespace big {
namespace {

/// CLIP's tokenizer: "a" and "," are a piece each, and a window takes 75.
class PromptChunks : public testing::Test {
 protected:
  PromptChunks() : clip_(load_tokenizer(test::references("sd1") / "model" / "tokenizer")) {}

  static std::string letters(size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) text += "a ";
    return text;
  }
  /// Pieces in each window: those before the first end of text.
  std::vector<size_t> sizes(const std::string& prompt) const { return sizes_by(*clip_, prompt); }
  static std::vector<size_t> sizes_by(const Tokenizer& tokenizer, const std::string& prompt) {
    std::vector<size_t> all;
    for (const auto& chunk : prompt_chunks(tokenizer, parse_attention(prompt))) {
      EXPECT_EQ(static_cast<int64_t>(chunk.ids.size()), tokenizer.max_length());
      EXPECT_EQ(chunk.weights.size(), chunk.ids.size());
      EXPECT_EQ(chunk.ids.front(), tokenizer.bos_id());
      const auto end = std::find(chunk.ids.begin(), chunk.ids.end(), tokenizer.eos_id());
      all.push_back(static_cast<size_t>(end - chunk.ids.begin()) - 1);
    }
    return all;
  }

  using Sizes = std::vector<size_t>;
  std::shared_ptr<const Tokenizer> clip_;
};

TEST_F(PromptChunks, APromptThatFitsIsTheTokenizersOwnWindow) {
  for (const std::string& prompt :
       {std::string("a photo of a cat, in the snow"), std::string(), letters(75)}) {
    const auto chunks = prompt_chunks(*clip_, parse_attention(prompt));
    ASSERT_EQ(chunks.size(), 1u);
    EXPECT_EQ(chunks[0].ids, clip_->encode_padded(prompt).ids);
  }
}

TEST_F(PromptChunks, FullWindowsFollowEachOther) {
  EXPECT_EQ(sizes(letters(76)), (Sizes{75, 1}));
  EXPECT_EQ(sizes(letters(225)), (Sizes{75, 75, 75}));
}

TEST_F(PromptChunks, AWindowEndsAtACommaNearItsEnd) {
  EXPECT_EQ(sizes(letters(60) + ", " + letters(20)), (Sizes{61, 20}));
  EXPECT_EQ(sizes(letters(55) + ", " + letters(20)), (Sizes{56, 20})) << "the first of the last 20";
  EXPECT_EQ(sizes(letters(54) + ", " + letters(21)), (Sizes{75, 1})) << "too far from the end";
  EXPECT_EQ(sizes(letters(60) + ", a, " + letters(20)), (Sizes{63, 20})) << "the last comma";
  EXPECT_EQ(sizes(letters(74) + ", " + letters(5)), (Sizes{75, 5}));
  EXPECT_EQ(sizes(letters(60) + ", " + letters(14) + ", a"), (Sizes{75, 2})) << "a comma that does not fit";
  EXPECT_EQ(sizes(letters(60) + ", " + letters(14)), (Sizes{75}));
}

TEST_F(PromptChunks, BreakFillsAWindow) {
  EXPECT_EQ(sizes("a BREAK a a"), (Sizes{1, 2}));
  EXPECT_EQ(sizes("BREAK a"), (Sizes{0, 1}));
  EXPECT_EQ(sizes("a BREAK"), (Sizes{1}));
  EXPECT_EQ(sizes(letters(75) + "BREAK a"), (Sizes{75, 1}));
}

TEST_F(PromptChunks, WeightsAreThoseOfTheirWords) {
  const auto chunk = prompt_chunks(*clip_, parse_attention("a (red house:1.5) [cat]")).front();
  const std::vector<double> expected = {1, 1, 1.5, 1.5, 1 / 1.1, 1};
  EXPECT_EQ(std::vector<double>(chunk.weights.begin(), chunk.weights.begin() + 6), expected);
  EXPECT_EQ(chunk.ids, clip_->encode_padded("a red house cat").ids);
}

TEST_F(PromptChunks, WeightsMoveAlongWithTheirWords) {
  const auto chunks = prompt_chunks(*clip_, parse_attention(letters(60) + ", (" + letters(20) + ":2)"));
  ASSERT_EQ(chunks.size(), 2u);
  EXPECT_EQ(chunks[0].weights, std::vector<double>(77, 1));
  EXPECT_EQ(chunks[1].weights[1], 2);
  EXPECT_EQ(chunks[1].weights[20], 2);
  EXPECT_EQ(chunks[1].weights[21], 1);
}

TEST_F(PromptChunks, AWordOfSeveralVectorsStaysWhole) {
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < 4; ++i) ids.push_back(clip_->vocab_size() + i);
  const auto words = with_added_words(clip_, {{"toy", ids}});
  EXPECT_EQ(sizes_by(*words, letters(73) + "toy"), (Sizes{73, 4}));
  EXPECT_EQ(sizes_by(*words, letters(71) + "toy"), (Sizes{75}));
  EXPECT_EQ(sizes_by(*words, letters(60) + ", " + letters(14) + "toy"), (Sizes{61, 18}));
}

TEST_F(PromptChunks, SentencePieceReadsWeightedTextAsAWhole) {
  const auto starter = load_tokenizer(test::references("starter") / "model" / "tokenizer");
  for (const auto& [weighted, plain] : std::vector<std::pair<std::string, std::string>>{
           {"a (red:1.2) cat, [in] the snow", "a red cat, in the snow"},
           {"(a cat), (snow)", "a cat, snow"},
           {"((a)) (cat:0.5)", "a cat"}}) {
    EXPECT_EQ(prompt_chunks(*starter, parse_attention(weighted)).front().ids,
              starter->encode_padded(plain).ids)
        << weighted;
  }
  const auto chunk = prompt_chunks(*starter, parse_attention("a (red:1.2), cat")).front();
  EXPECT_EQ(std::vector<double>(chunk.weights.begin(), chunk.weights.begin() + 6),
            (std::vector<double>{1, 1, 1.2, 1, 1, 1}));
}

/// Whatever is in a prompt without BREAK: its pieces are those of its words, in order, and windows are full
/// or end at a comma.
TEST_F(PromptChunks, NoPieceIsLost) {
  std::mt19937 random(8);  // NOLINT: the same prompts in each run
  for (int i = 0; i < 300; ++i) {
    std::string prompt;
    for (unsigned n = random() % 250; n > 0; --n) prompt += random() % 9 == 0 ? ", " : "a ";
    std::vector<int64_t> pieces;
    const auto chunks = prompt_chunks(*clip_, parse_attention(prompt));
    for (const auto& chunk : chunks) {
      const auto end = std::find(chunk.ids.begin(), chunk.ids.end(), clip_->eos_id());
      pieces.insert(pieces.end(), chunk.ids.begin() + 1, end);
      const bool is_full = end - chunk.ids.begin() == 76, ends_at_comma = clip_->piece(*(end - 1)) == ",</w>";
      EXPECT_TRUE(is_full || ends_at_comma || &chunk == &chunks.back()) << prompt;
    }
    EXPECT_EQ(pieces, clip_->encode(prompt));
  }
}

}  // namespace
}  // namespace big
