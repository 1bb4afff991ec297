#include "unet_blocks.h"

#include <torch/types.h>

#include "checkpoint.h"

namespace big {
namespace {

ResnetBlock2D make_resnet(const UNetBlockOptions& options, int64_t in) {
  ResnetOptions resnet = options.resnet;
  resnet.in = in;
  resnet.out = options.out;
  return ResnetBlock2D(resnet);
}

Transformer2D make_transformer(const UNetBlockOptions& options) {
  TransformerOptions transformer = options.transformer;
  transformer.width = options.out;
  return Transformer2D(transformer);
}

/// One layer: the resnet, then the transformer where there is one (nullptr otherwise). With checkpointing
/// only `x` and `skip` (joined in front, undefined on the way down) are kept for the backward pass.
torch::Tensor run_layer(ResnetBlock2D resnet,
                        Transformer2D transformer,
                        const torch::Tensor& x,
                        const torch::Tensor& skip,
                        const UNetInputs& inputs) {
  auto layer = [resnet, transformer](const std::vector<torch::Tensor>& in) mutable {
    auto hidden = in.size() > 3 ? torch::cat({in[0], in[3]}, 1) : in[0];
    hidden = resnet(hidden, in[1]);
    return transformer ? transformer(hidden, in[2]) : hidden;
  };
  std::vector<torch::Tensor> in = {x, inputs.time, inputs.context};
  if (skip.defined()) in.push_back(skip);
  if (!inputs.checkpointing || !torch::GradMode::is_enabled()) return layer(in);

  auto parameters = parameters_with_adapters(*resnet);
  if (transformer) {
    const auto more = parameters_with_adapters(*transformer);
    parameters.insert(parameters.end(), more.begin(), more.end());
  }
  return checkpoint(layer, in, parameters);
}

}  // namespace

UNetDownBlockImpl::UNetDownBlockImpl(const UNetBlockOptions& options) {
  resnets_ = register_module("resnets", module_vector<ResnetBlock2D>());
  attentions_ = register_module("attentions", module_vector<Transformer2D>());
  downsamplers_ = register_module("downsamplers", module_vector<Downsample2D>());
  for (int64_t i = 0; i < options.layers; ++i) {
    resnets_->push_back(make_resnet(options, i == 0 ? options.in : options.out));
    if (options.attend == Attend::kYes) attentions_->push_back(make_transformer(options));
  }
  if (options.resample == Resample::kYes) {
    downsamplers_->push_back(Downsample2D(options.out, options.downsample_padding));
  }
}

std::vector<torch::Tensor> UNetDownBlockImpl::forward(torch::Tensor x, const UNetInputs& inputs) {
  std::vector<torch::Tensor> states;
  for (size_t i = 0; i < resnets_->size(); ++i) {
    const Transformer2D transformer = attentions_->empty() ? Transformer2D(nullptr) : (*attentions_)[i];
    x = run_layer((*resnets_)[i], transformer, x, {}, inputs);
    states.push_back(x);
  }
  for (auto& downsampler : *downsamplers_) states.push_back(x = downsampler(x));
  return states;
}

UNetMidBlockImpl::UNetMidBlockImpl(const UNetBlockOptions& options) {
  attentions_ = register_module("attentions", module_vector<Transformer2D>());
  resnets_ = register_module("resnets", module_vector<ResnetBlock2D>());
  resnets_->push_back(make_resnet(options, options.in));
  attentions_->push_back(make_transformer(options));
  resnets_->push_back(make_resnet(options, options.out));
}

torch::Tensor UNetMidBlockImpl::forward(torch::Tensor x, const UNetInputs& inputs) {
  x = run_layer((*resnets_)[0], (*attentions_)[0], x, {}, inputs);
  return run_layer((*resnets_)[1], Transformer2D(nullptr), x, {}, inputs);
}

UNetUpBlockImpl::UNetUpBlockImpl(const UNetBlockOptions& options) {
  resnets_ = register_module("resnets", module_vector<ResnetBlock2D>());
  attentions_ = register_module("attentions", module_vector<Transformer2D>());
  upsamplers_ = register_module("upsamplers", module_vector<Upsample2D>());
  for (int64_t i = 0; i < options.layers; ++i) {
    const int64_t skip = i == options.layers - 1 ? options.skip_in : options.out;
    resnets_->push_back(make_resnet(options, (i == 0 ? options.in : options.out) + skip));
    if (options.attend == Attend::kYes) attentions_->push_back(make_transformer(options));
  }
  if (options.resample == Resample::kYes) upsamplers_->push_back(Upsample2D(options.out));
}

torch::Tensor UNetUpBlockImpl::forward(torch::Tensor x,
                                       std::vector<torch::Tensor>& skips,
                                       const UNetInputs& inputs,
                                       const OutputSize& size) {
  for (size_t i = 0; i < resnets_->size(); ++i) {
    const Transformer2D transformer = attentions_->empty() ? Transformer2D(nullptr) : (*attentions_)[i];
    const auto skip = skips.back();
    skips.pop_back();
    x = run_layer((*resnets_)[i], transformer, x, skip, inputs);
  }
  for (auto& upsampler : *upsamplers_) x = upsampler(x, size);
  return x;
}

}  // namespace big
