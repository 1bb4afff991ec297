#include "embedding.h"

#include "parameters.h"

namespace big {

EmbeddingImpl::EmbeddingImpl(int64_t count, int64_t width)
    : weight(register_parameter("weight", new_parameter({count, width}))) {}

torch::Tensor EmbeddingImpl::forward(const torch::Tensor& ids) { return at::embedding(weight, ids); }

void EmbeddingImpl::reset_parameters() { weight.normal_(); }

}  // namespace big
