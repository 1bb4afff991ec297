#include "new_word.h"

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/tokenizers/added_words.h"

namespace big {
namespace {

/// The vectors that the initializer's tokens have now, `count` of them.
torch::Tensor first_vectors(ClipTextModel& encoder, const Tokenizer& tokenizer, const WordOptions& options) {
  const auto ids = tokenizer.encode(options.initializer);
  if (ids.empty()) {
    throw UsageError(
        concat("initializer_token '", options.initializer, "' has no token to begin with; take another word"));
  }
  const auto table = encoder->token_table();
  std::vector<torch::Tensor> rows;
  for (int64_t i = 0; i < options.num_vectors; ++i)
    rows.push_back(table[ids[static_cast<size_t>(i) % ids.size()]]);
  return torch::stack(rows).to(c10::promoteTypes(table.scalar_type(), torch::kFloat32), /*non_blocking=*/false,
                               /*copy=*/true);
}

torch::Tensor attach(ClipTextModel& encoder,
                     std::shared_ptr<const Tokenizer>& tokenizer,
                     const WordOptions& options) {
  const auto vectors = first_vectors(encoder, *tokenizer, options);
  AddedWord word{options.word, {}};
  for (int64_t i = 0; i < options.num_vectors; ++i) word.ids.push_back(encoder->token_table().size(0) + i);
  tokenizer = with_added_words(tokenizer, {word});
  encoder->set_added_tokens(vectors);
  return vectors;
}

}  // namespace

NamedTensors attach_new_word(StableDiffusion& model, const TrainOptions& options) {
  const torch::NoGradGuard no_grad;
  if (options.word.num_vectors < 1)
    throw UsageError(concat("num_vectors is ", options.word.num_vectors, ", expected at least 1"));
  if (options.word.word.empty()) throw UsageError("a new word is to be taught, but none is named");
  NamedTensors vectors;
  if (model.text_encoder)
    vectors.emplace_back("text_encoder.word", attach(model.text_encoder, model.tokenizer, options.word));
  if (model.text_encoder_2)
    vectors.emplace_back("text_encoder_2.word", attach(model.text_encoder_2, model.tokenizer_2, options.word));
  return vectors;
}

}  // namespace big
