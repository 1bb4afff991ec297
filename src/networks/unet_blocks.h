#pragma once

#include <vector>

#include "layers.h"
#include "resnet_block.h"
#include "transformer_2d.h"

namespace big {

/// What every block of the UNet works with beside its picture.
struct UNetInputs {
  torch::Tensor time;     ///< [B,time_width]
  torch::Tensor context;  ///< [B,T,context_width]
  bool checkpointing = false;
};

enum class Attend { kNo, kYes };
enum class Resample { kNo, kYes };

/// One level of the UNet; `transformer.width` is set by the block.
struct UNetBlockOptions {
  int64_t in = 0, out = 0;
  int64_t skip_in = 0;  ///< up blocks: width of the last picture that comes over from the way down
  int64_t layers = 1;
  Attend attend = Attend::kYes;
  Resample resample = Resample::kYes;
  int64_t downsample_padding = 1;
  ResnetOptions resnet;
  TransformerOptions transformer;
};

/// diffusers' DownBlock2D and CrossAttnDownBlock2D.
class UNetDownBlockImpl : public Module {
 public:
  explicit UNetDownBlockImpl(const UNetBlockOptions& options);
  /// x [B,in,h,w] -> the picture after each layer and after the downsampler; the last goes on.
  std::vector<torch::Tensor> forward(torch::Tensor x, const UNetInputs& inputs);

 private:
  ModuleVector<ResnetBlock2D> resnets_;
  ModuleVector<Transformer2D> attentions_;
  ModuleVector<Downsample2D> downsamplers_;
};
using UNetDownBlock = Held<UNetDownBlockImpl>;

/// diffusers' UNetMidBlock2DCrossAttn with one transformer between two resnets.
class UNetMidBlockImpl : public Module {
 public:
  explicit UNetMidBlockImpl(const UNetBlockOptions& options);
  torch::Tensor forward(torch::Tensor x, const UNetInputs& inputs);

 private:
  ModuleVector<ResnetBlock2D> resnets_;
  ModuleVector<Transformer2D> attentions_;
};
using UNetMidBlock = Held<UNetMidBlockImpl>;

/// diffusers' UpBlock2D and CrossAttnUpBlock2D.
class UNetUpBlockImpl : public Module {
 public:
  explicit UNetUpBlockImpl(const UNetBlockOptions& options);
  size_t layers() const { return resnets_->size(); }
  /// Takes its layers() pictures off the end of `skips`. Upsamples to `size` where given.
  torch::Tensor forward(torch::Tensor x,
                        std::vector<torch::Tensor>& skips,
                        const UNetInputs& inputs,
                        const OutputSize& size);

 private:
  ModuleVector<ResnetBlock2D> resnets_;
  ModuleVector<Transformer2D> attentions_;
  ModuleVector<Upsample2D> upsamplers_;
};
using UNetUpBlock = Held<UNetUpBlockImpl>;

}  // namespace big
