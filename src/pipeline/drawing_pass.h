#pragma once

#include <functional>
#include <vector>

#include "beginning.h"
#include "big/diffusion/samplers.h"
#include "big/pipeline/drawing_size.h"
#include "conditioning.h"

namespace big {

/// What tells the passes of a wish apart.
struct PassWish {
  PictureSize size;
  int64_t steps = 0;    ///< of a whole run
  double strength = 1;  ///< the share of them that is made
  int64_t earlier_steps = 0;  ///< made by the pass before it
};

/// Everything that pictures drawn at one size have in common.
struct DrawingPass {
  GenerateOptions options;
  PassWish wish;
  Conditioning conditioning;
  SampleRequest request;  ///< but for what each batch begins from
  int64_t steps() const { return request.steps - request.start.skipped; }  ///< that are made
};

/// Encodes the wish and settles the sampler. Throws UsageError as choose_sampler.
DrawingPass plan_pass(StableDiffusion& model, const GenerateOptions& options, const PassWish& wish);

/// What a batch reports while it is drawn.
struct BatchEvents {
  std::function<void(int64_t steps)> on_step;  ///< after each step, with the number of those made
  /// Every GenerateOptions::preview_every steps but the last: the clean latents [B,C,h,w] that the network
  /// predicts. May be empty.
  std::function<void(const torch::Tensor& x0)> on_preview;
};

/// One picture a seed: latents [B,C,h,w], all finite. Those that overflow in half precision are drawn again
/// in fp32, by themselves, with a warning; then all come back in fp32. Throws InputError or MachineError
/// where fp32 does not help.
torch::Tensor draw_latents(StableDiffusion& model,
                           const DrawingPass& pass,
                           const Beginning& beginning,
                           const std::vector<uint64_t>& seeds,
                           const BatchEvents& events);

}  // namespace big
