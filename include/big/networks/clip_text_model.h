#pragma once

#include "big/core/json.h"
#include "big/modules/module.h"

namespace big {

/// Architecture of a CLIP text encoder; keys and defaults of transformers' CLIPTextConfig.
struct ClipTextConfig {
  int64_t vocab_size = 49408, hidden_size = 512, intermediate_size = 2048;
  int64_t num_hidden_layers = 12, num_attention_heads = 8, max_position_embeddings = 77;
  std::string hidden_act = "quick_gelu";  ///< quick_gelu | gelu
  double layer_norm_eps = 1e-5;
  int64_t bos_token_id = 49406, eos_token_id = 49407, pad_token_id = 1;
  int64_t projection_dim = 0;  ///< of the pooled text; 0: none (architecture CLIPTextModel)
  static ClipTextConfig from_json(const Json& config, const std::string& where);
};

/// What the families of Stable Diffusion read of a text encoder.
struct ClipTextOutput {
  torch::Tensor last_hidden;  ///< after the final norm [B,T,D]
  /// transformers' hidden_states: what goes into each layer and out of the last, not normed [B,T,D] each.
  std::vector<torch::Tensor> hidden;
  const torch::Tensor& penultimate() const { return hidden.end()[-2]; }
  torch::Tensor pooled;  ///< last_hidden at the end of the text, projected where there is a projection [B,P]
};

/// transformers' CLIPTextModel, or CLIPTextModelWithProjection where the config has a projection: causal,
/// pre-norm. Equal to them in numbers and in the names of their tensors
/// (text_model.embeddings.token_embedding.weight ..., text_projection.weight).
class ClipTextModelImpl : public Module {
 public:
  explicit ClipTextModelImpl(const ClipTextConfig& config);
  ~ClipTextModelImpl() override;
  /// ids [B,T] int64 -> the last hidden state after the final norm [B,T,D].
  torch::Tensor forward(const torch::Tensor& ids);
  /// ids [B,T] int64 -> all that it says of them.
  ClipTextOutput encode(const torch::Tensor& ids);
  /// The final norm, of hidden states [B,T,D].
  torch::Tensor final_norm(const torch::Tensor& hidden);
  /// The parameters that `penultimate` depends on: all but the last layer's and what follows it.
  std::vector<torch::Tensor> penultimate_parameters() const;
  /// Vectors [n,D] of tokens beyond the table: id "rows of the table" + i means row i; undefined: there are
  /// none. Like adapters they are no part of the network, and may be fp32 beside a network of a half type.
  void set_added_tokens(const torch::Tensor& vectors);
  torch::Tensor added_tokens() const;
  /// The table of token vectors [rows,D].
  torch::Tensor token_table() const;
  const ClipTextConfig config;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
using ClipTextModel = Held<ClipTextModelImpl>;

}  // namespace big
