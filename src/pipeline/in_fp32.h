#pragma once

#include "big/pipeline/stable_diffusion.h"

namespace big {

/// Makes the whole of a model compute in fp32 for as long as this lives, then puts it back.
class InFp32 {
 public:
  explicit InFp32(StableDiffusion& model);
  ~InFp32();
  InFp32(const InFp32&) = delete;
  InFp32& operator=(const InFp32&) = delete;

 private:
  StableDiffusion& model_;
  torch::ScalarType before_;
};

}  // namespace big
