#include "big/pipeline/text_states.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>

#include "big/core/error.h"
#include "big/pipeline/stable_diffusion.h"

namespace big {
namespace {

std::filesystem::path starter() {
  return std::filesystem::path(std::getenv("BIG_TEST_SOURCE_DIR")) / "models" / "starter";
}

TEST(TextEndStates, AreThoseOfPaddedTextsAtTheirEnds) {
  const torch::NoGradGuard no_grad;
  const std::vector<std::string> texts = {"a dog", "sks", "a photo of a cat on a sofa", "a cat"};
  const auto states = text_end_states(starter(), {}, texts);
  auto model = load_model(starter());
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto ids = torch::tensor(model.tokenizer->encode_padded(texts[i]).ids);
    const auto end = ids.eq(model.tokenizer->eos_id()).nonzero()[0].item<int64_t>();
    const auto expected = model.text_encoder->forward(ids.unsqueeze(0))[0][end];
    EXPECT_LT((states[static_cast<int64_t>(i)] - expected).abs().max().item<double>(), 1e-4) << texts[i];
  }
}

TEST(TextEndStates, RefuseATextBeyondTheWindow) {
  std::string text = "dog";
  for (int i = 0; i < 40; ++i) text += " dog";
  EXPECT_THROW(text_end_states(starter(), {}, {text}), UsageError);
}

}  // namespace
}  // namespace big
