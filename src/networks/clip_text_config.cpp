#include "big/networks/clip_text_model.h"
#include "config_reader.h"

namespace big {
namespace {

constexpr int64_t kMaxVocabulary = 1 << 22;
constexpr const char* kProjectedArchitecture = "CLIPTextModelWithProjection";
constexpr int64_t kDefaultProjection = 512;  // transformers' CLIPTextConfig

}  // namespace

ClipTextConfig ClipTextConfig::from_json(const Json& config, const std::string& where) {
  const JsonView view(config, where);
  require_one_of(view, config, "model_type", {"clip_text_model"});
  require_one_of(view, config, "hidden_act", {"quick_gelu", "gelu"});
  const Json projected = Json::array({kProjectedArchitecture});
  require_one_of(view, config, "architectures", {Json::array({"CLIPTextModel"}), projected, nullptr});

  ClipTextConfig result;
  result.vocab_size = bounded(view, "vocab_size", result.vocab_size, 1, kMaxVocabulary);
  result.hidden_size = bounded(view, "hidden_size", result.hidden_size, 1, kMaxWidth);
  result.intermediate_size = bounded(view, "intermediate_size", result.intermediate_size, 1, 8 * kMaxWidth);
  result.num_hidden_layers = bounded(view, "num_hidden_layers", result.num_hidden_layers, 1, kMaxLayers);
  result.num_attention_heads = bounded(view, "num_attention_heads", result.num_attention_heads, 1, kMaxWidth);
  require_divisible(view, "num_attention_heads", {result.hidden_size}, result.num_attention_heads);
  result.max_position_embeddings =
      bounded(view, "max_position_embeddings", result.max_position_embeddings, 1, kMaxWidth);
  result.hidden_act = view.get<std::string>("hidden_act", result.hidden_act);
  result.layer_norm_eps = bounded_number(view, "layer_norm_eps", result.layer_norm_eps, 0, kMaxEps);
  result.bos_token_id = view.get<int64_t>("bos_token_id", result.bos_token_id);
  result.eos_token_id = view.get<int64_t>("eos_token_id", result.eos_token_id);
  result.pad_token_id = view.get<int64_t>("pad_token_id", result.pad_token_id);
  // Plain encoders name a projection_dim too, of a layer that they do not have.
  if (config.value("architectures", Json()) == projected)
    result.projection_dim = bounded(view, "projection_dim", kDefaultProjection, 1, kMaxWidth);
  return result;
}

}  // namespace big
