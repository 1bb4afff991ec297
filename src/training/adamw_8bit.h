#pragma once

#include "adamw.h"
#include "dynamic_quantization.h"

namespace big {

/// AdamW whose two moments are kept in 8 bits with a scale for every 256 numbers (arXiv 2110.02861; the
/// block-wise AdamW8bit of bitsandbytes): 2.03 bytes a parameter in place of 8. Tensors under 4096 numbers,
/// where that would save nothing and cost accuracy, keep fp32 moments, as there.
class AdamW8Bit : public Optimizer {
 public:
  AdamW8Bit(const std::vector<ParameterGroup>& groups, const AdamWOptions& options);

 protected:
  void update(ParameterRange range, double learning_rate) override;

 private:
  /// One moment of each parameter: codes [blocks,256] and scales [blocks], or plain [numel].
  struct Moment {
    std::vector<torch::Tensor>&codes, &scales, &plain;
  };
  Moment add_moment(const std::string& kind);
  /// Moves a flat parameter by its moments; both fp32 or wider.
  void move(torch::Tensor parameter,
            const torch::Tensor& first,
            const torch::Tensor& second,
            double learning_rate) const;
  void update_plain(size_t i, double learning_rate);
  void update_blocks(size_t i, double learning_rate);

  AdamWOptions options_;
  Moment first_, second_;
  DynamicCodes signed_codes_{CodeRange::kSigned}, unsigned_codes_{CodeRange::kUnsigned};
};

}  // namespace big
