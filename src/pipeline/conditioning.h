#pragma once

#include <vector>

#include "big/pipeline/drawing_size.h"
#include "big/pipeline/text_to_image.h"

namespace big {

/// What the UNet is told of one text, one row.
struct Condition {
  TextEmbeddings text;     ///< [1,...]
  torch::Tensor time_ids;  ///< [1,N]; undefined where the model takes none
  double weight = 1;       ///< of this text among those that a prompt composes
};

/// What the UNet is told in a step.
struct StepConditions {
  std::vector<Condition> wanted;  ///< the prompt's texts, several where AND composes them
  Condition unwanted;             ///< the negative prompt's; its text undefined without guidance
};

/// What the UNet is told of a wish, the same for every picture. All contexts are of one length.
struct Conditioning {
  std::vector<StepConditions> moments;  ///< the distinct ones; several where a prompt changes on the way
  std::vector<size_t> moment_of_step;
  double told_scale = 1;  ///< for networks that are told the guidance scale
  double guidance_scale = 1, guidance_rescale = 0;
  /// Classifier-free guidance (arXiv 2207.12598) takes passes of the UNet for both sides at each step.
  bool guided() const { return moments.front().unwanted.text.context.defined(); }
  /// Index of a step's moment; samplers that take more steps than they were asked for end with the last
  /// one's.
  size_t moment_at(int64_t step) const;
};

/// What a pass tells the encoding of its wish.
struct EncodedPass {
  PictureSize size;
  int64_t earlier_steps = 0;  ///< of the pass before it
};

/// Encodes a wish for the pictures of a pass.
Conditioning make_conditioning(StableDiffusion& model, const GenerateOptions& options, const EncodedPass& pass);

}  // namespace big
