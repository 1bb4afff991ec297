#pragma once

#include <torch/types.h>

namespace big {

/// What torch.randn(shape, device="cuda") gives after manual_seed(seed) and `draws` earlier calls: fp32 on the
/// CPU. One thread of the GPU makes one number, the first of the four that its call of curand_normal4 gives,
/// so the counter of Philox 4x32-10 (Salmon et al., SC11) is (call, element). Holds where a picture's latents
/// have no more elements than the GPU runs threads at once (16,384 elements at 512 x 512 pixels: all but the
/// smallest GPUs; the web UIs' "NV" assumes the same). CUDA's fast sine and its rounding of numbers next to 1
/// are not reproduced: most numbers differ by less than 1e-6.
torch::Tensor philox_normal(uint64_t seed, uint64_t draws, at::IntArrayRef shape);

}  // namespace big
