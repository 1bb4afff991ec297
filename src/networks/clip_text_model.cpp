#include "big/networks/clip_text_model.h"

#include <torch/torch.h>

#include "big/core/error.h"
#include "big/core/text.h"
#include "clip_layers.h"
#include "config_reader.h"
#include "layers.h"

namespace big {
namespace {

constexpr int64_t kMaxVocabulary = 1 << 22;

}  // namespace

ClipTextConfig ClipTextConfig::from_json(const Json& config, const std::string& where) {
  const JsonView view(config, where);
  require_one_of(view, config, "model_type", {"clip_text_model"});
  require_one_of(view, config, "hidden_act", {"quick_gelu", "gelu"});
  require_one_of(view, config, "architectures", {Json::array({"CLIPTextModel"}), nullptr});

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
  result.layer_norm_eps = view.get<double>("layer_norm_eps", result.layer_norm_eps);
  result.bos_token_id = view.get<int64_t>("bos_token_id", result.bos_token_id);
  result.eos_token_id = view.get<int64_t>("eos_token_id", result.eos_token_id);
  result.pad_token_id = view.get<int64_t>("pad_token_id", result.pad_token_id);
  return result;
}

struct ClipTextModelImpl::Parts {
  ClipTextEmbeddings embeddings{nullptr};
  ModuleVector<ClipEncoderLayer> layers = module_vector<ClipEncoderLayer>();
  torch::nn::LayerNorm final_layer_norm{nullptr};
};

ClipTextModelImpl::ClipTextModelImpl(const ClipTextConfig& c) : config(c), parts_(new Parts) {
  auto text_model = register_module("text_model", std::make_shared<torch::nn::Module>());
  parts_->embeddings = text_model->register_module("embeddings", ClipTextEmbeddings(config));
  auto encoder = text_model->register_module("encoder", std::make_shared<torch::nn::Module>());
  encoder->register_module("layers", parts_->layers);
  for (int64_t i = 0; i < config.num_hidden_layers; ++i) parts_->layers->push_back(ClipEncoderLayer(config));
  parts_->final_layer_norm =
      text_model->register_module("final_layer_norm", layer_norm(config.hidden_size, config.layer_norm_eps));
}

ClipTextModelImpl::~ClipTextModelImpl() = default;

torch::Tensor ClipTextModelImpl::forward(const torch::Tensor& ids) {
  if (ids.size(1) > config.max_position_embeddings) {
    throw std::invalid_argument(concat("ClipTextModel: ", ids.size(1), " tokens, the text window has ",
                                       config.max_position_embeddings));
  }
  auto x = parts_->embeddings(ids);
  for (auto& layer : *parts_->layers) x = layer(x);
  return parts_->final_layer_norm(x);
}

}  // namespace big
