#pragma once

#include <map>
#include <string>
#include <vector>

#include "big/pipeline/text_to_image.h"
#include "prompt_chunks.h"
#include "text_encoding.h"

namespace big {

/// Encodes the texts of a wish, each once. Refers to the model.
class PromptEncoder {
 public:
  /// Throws UsageError for a prompt_syntax or a clip_skip that there is not.
  PromptEncoder(StableDiffusion& model, const GenerateOptions& options);

  /// "webui": a text of weights and BREAK (no AND, no schedule) in n windows -> [1,n*T,D]. Each window is
  /// encoded alone, its states are multiplied by their weights and brought back to the mean that they had
  /// (the web UIs' emphasis "Original"); a text without weights that fits into one window is bit-equal to
  /// encode_prompts. "plain": the text as it stands, cut to one window. SDXL's pooled text is the first
  /// window's, without weights.
  const TextEmbeddings& encode(const std::string& text);

  /// Embeddings with windows of the empty text behind them, up to `tokens` (a multiple of T).
  TextEmbeddings filled(const TextEmbeddings& text, int64_t tokens);

 private:
  std::vector<PromptChunk> windows_of(const Tokenizer& tokenizer, const std::string& text) const;
  TextEmbeddings encode_windows(const std::string& text);

  StableDiffusion& model_;
  bool reads_syntax_;
  int64_t clip_skip_;
  std::vector<TextEncoder> encoders_;
  std::map<std::string, TextEmbeddings> known_;
};

}  // namespace big
