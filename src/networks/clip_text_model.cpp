#include "big/networks/clip_text_model.h"

#include <torch/types.h>

#include "big/core/text.h"
#include "clip_layers.h"
#include "layers.h"

namespace big {
namespace {

/// The files of CLIP's first release call this id the end of the text, but it is "!": there the end is the
/// largest id of the row, which the real end-of-text token has in a vocabulary without added words.
constexpr int64_t kMistakenEosId = 2;

/// Where each row's text ends [B]: the two rules of transformers.
torch::Tensor end_of_text(const torch::Tensor& ids, int64_t eos_token_id) {
  if (eos_token_id == kMistakenEosId) return ids.argmax(-1);
  return ids.eq(eos_token_id).to(torch::kInt32).argmax(-1);  // the first one: padding may be the same token
}

}  // namespace

struct ClipTextModelImpl::Parts {
  ClipTextEmbeddings embeddings{nullptr};
  ModuleVector<ClipEncoderLayer> layers = module_vector<ClipEncoderLayer>();
  LayerNorm final_layer_norm{nullptr};
  Linear text_projection{nullptr};
};

ClipTextModelImpl::ClipTextModelImpl(const ClipTextConfig& c) : config(c), parts_(new Parts) {
  auto text_model = register_module("text_model", std::make_shared<Module>());
  parts_->embeddings = text_model->register_module("embeddings", ClipTextEmbeddings(config));
  auto encoder = text_model->register_module("encoder", std::make_shared<Module>());
  encoder->register_module("layers", parts_->layers);
  for (int64_t i = 0; i < config.num_hidden_layers; ++i) parts_->layers->push_back(ClipEncoderLayer(config));
  parts_->final_layer_norm =
      text_model->register_module("final_layer_norm", layer_norm(config.hidden_size, config.layer_norm_eps));
  if (config.projection_dim > 0) {
    parts_->text_projection =
        register_module("text_projection", linear(config.hidden_size, config.projection_dim, Bias::kNo));
  }
}

ClipTextModelImpl::~ClipTextModelImpl() = default;

torch::Tensor ClipTextModelImpl::forward(const torch::Tensor& ids) { return encode(ids).last_hidden; }

ClipTextOutput ClipTextModelImpl::encode(const torch::Tensor& ids) {
  if (ids.size(1) > config.max_position_embeddings) {
    throw std::invalid_argument(concat("ClipTextModel: ", ids.size(1), " tokens, the text window has ",
                                       config.max_position_embeddings));
  }
  ClipTextOutput output;
  output.hidden.push_back(parts_->embeddings(ids));
  for (auto& layer : *parts_->layers) output.hidden.push_back(layer(output.hidden.back()));
  output.last_hidden = final_norm(output.hidden.back());

  const auto rows = torch::arange(ids.size(0), ids.options());
  output.pooled = output.last_hidden.index({rows, end_of_text(ids, config.eos_token_id)});  // [B,D]
  if (parts_->text_projection) output.pooled = parts_->text_projection(output.pooled);
  return output;
}

torch::Tensor ClipTextModelImpl::final_norm(const torch::Tensor& hidden) {
  return parts_->final_layer_norm(hidden);
}

void ClipTextModelImpl::set_added_tokens(const torch::Tensor& vectors) {
  parts_->embeddings->added_tokens = vectors;
}

torch::Tensor ClipTextModelImpl::added_tokens() const { return parts_->embeddings->added_tokens; }

torch::Tensor ClipTextModelImpl::token_table() const { return parts_->embeddings->token_table(); }

std::vector<torch::Tensor> ClipTextModelImpl::penultimate_parameters() const {
  auto parameters = parts_->embeddings->parameters();
  for (size_t i = 0; i + 1 < parts_->layers->size(); ++i) {
    const auto layer = (*parts_->layers)[i]->parameters();
    parameters.insert(parameters.end(), layer.begin(), layer.end());
  }
  return parameters;
}

}  // namespace big
