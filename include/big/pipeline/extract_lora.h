#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "big/core/progress.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/weights/lora.h"

namespace big {

/// How much of a change a LoRA of it keeps. Both are sums of squares over all tensors of a part.
struct ChangeKept {
  double change = 0;  ///< what was to be said
  double lost = 0;    ///< what the LoRA does not say: beyond its rank, and of tensors that no LoRA reaches
  /// 0: all is kept, 1: nothing (of the change's length).
  double relative_error() const;
};

struct ExtractedLora {
  Lora lora;  ///< alpha = rank
  std::map<std::string, ChangeKept> parts;
};

/// The best LoRA of `rank` (Eckart and Young 1936: the largest singular values) for what makes `tuned` of `base`:
/// every layer of UNet and text encoders whose weight differs, linear layers and convolutions. Both models must have
/// equal shapes (InputError naming the first that differs) and are best loaded in fp32. Progress counts layers.
ExtractedLora extract_lora(const StableDiffusion& base,
                           const StableDiffusion& tuned,
                           int64_t rank,
                           const ProgressFn& progress = {});

}  // namespace big
