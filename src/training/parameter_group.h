#pragma once

#include "big/modules/named_tensors.h"

namespace big {

/// Tensors that are trained with one learning rate. Their names are a part's and, after a dot, the one in
/// diffusers' files ("unet.conv_in.weight"), an adapter's ("unet.mid_block.attentions.0.proj_in.down") or a
/// new word's ("text_encoder.word").
struct ParameterGroup {
  NamedTensors parameters;
  double learning_rate = 0;
  bool reads_text = false;  ///< belongs to the text encoders, whose training may end before the UNet's
};

}  // namespace big
