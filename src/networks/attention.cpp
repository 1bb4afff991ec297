#include "attention.h"

#include <torch/types.h>

namespace big {

torch::Tensor split_heads(const torch::Tensor& x, int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

torch::Tensor merge_heads(const torch::Tensor& x) { return x.transpose(1, 2).flatten(2); }

AttentionImpl::AttentionImpl(const AttentionOptions& options) : options_(options) {
  to_q_ = register_module("to_q", linear(options.width, options.width, options.bias));
  to_k_ = register_module("to_k", linear(options.context_width, options.width, options.bias));
  to_v_ = register_module("to_v", linear(options.context_width, options.width, options.bias));
  to_out_ = register_module("to_out", module_vector<Linear>());
  to_out_->push_back(linear(options.width, options.width));
}

torch::Tensor AttentionImpl::forward(const torch::Tensor& x, const torch::Tensor& context) {
  auto query = split_heads(to_q_(x), options_.heads);
  auto key = split_heads(to_k_(context), options_.heads);
  auto value = split_heads(to_v_(context), options_.heads);

  const auto dtype = query.scalar_type();
  if (options_.upcast && (dtype == torch::kHalf || dtype == torch::kBFloat16)) {
    query = query.to(torch::kFloat32);
    key = key.to(torch::kFloat32);
    value = value.to(torch::kFloat32);
  }
  const auto attended = at::scaled_dot_product_attention(query, key, value).to(dtype);
  return (*to_out_)[0](merge_heads(attended));
}

}  // namespace big
