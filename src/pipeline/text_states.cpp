#include "big/pipeline/text_states.h"

#include <torch/types.h>

#include <algorithm>
#include <map>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/core/text.h"
#include "load_network.h"

namespace big {
namespace {

/// Texts that pass the encoder at once: a state of each layer is held of all their tokens.
constexpr size_t kBatch = 64;

/// bos, pieces, eos: nothing after the end.
std::vector<int64_t> ids_of(const std::string& text, const Tokenizer& tokenizer) {
  std::vector<int64_t> ids{tokenizer.bos_id()};
  for (const int64_t id : tokenizer.encode(text)) ids.push_back(id);
  ids.push_back(tokenizer.eos_id());
  if (static_cast<int64_t>(ids.size()) > tokenizer.max_length())
    throw UsageError(concat("'", text, "' is ", ids.size(), " tokens, expected at most ", tokenizer.max_length()));
  return ids;
}

}  // namespace

torch::Tensor text_end_states(const std::filesystem::path& model,
                              const ModelSource& source,
                              const std::vector<std::string>& texts) {
  const torch::NoGradGuard no_grad;
  const ModelFiles files(model, source);
  const bool first = files.index().first_encoder;
  const auto tokenizer = files.tokenizer(first ? "tokenizer" : "tokenizer_2");
  auto encoder =
      load_network<ClipTextModel, ClipTextConfig>(files, first ? "text_encoder" : "text_encoder_2", LoadOptions{});

  std::map<size_t, std::vector<int64_t>> by_length;  // texts of equal length are one batch
  std::vector<std::vector<int64_t>> ids;
  for (const auto& text : texts) {
    ids.push_back(ids_of(text, *tokenizer));
    by_length[ids.back().size()].push_back(static_cast<int64_t>(ids.size()) - 1);
  }
  auto states = torch::empty({static_cast<int64_t>(texts.size()), encoder->config.hidden_size});
  for (const auto& [length, indices] : by_length) {
    for (size_t begin = 0; begin < indices.size(); begin += kBatch) {
      throw_if_interrupted();
      std::vector<int64_t> flat;
      const size_t end = std::min(indices.size(), begin + kBatch);
      for (size_t i = begin; i < end; ++i) {
        const auto& row = ids[static_cast<size_t>(indices[i])];
        flat.insert(flat.end(), row.begin(), row.end());
      }
      const auto batch = torch::tensor(flat).view({-1, static_cast<int64_t>(length)});     // [b,T]
      const auto last = encoder->forward(batch).select(1, static_cast<int64_t>(length) - 1);  // [b,D]
      for (size_t i = begin; i < end; ++i) states[indices[i]].copy_(last[static_cast<int64_t>(i - begin)]);
    }
  }
  return states;
}

}  // namespace big
