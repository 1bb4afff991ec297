#pragma once

#include <string>
#include <vector>

#include "optimizer.h"

namespace big {

/// Updates each parameter during the backward pass, as soon as its gradient is there, and gives the gradient
/// back: never more than a few gradients are held at once (LOMO, arXiv 2306.09782). The numbers are those of
/// Optimizer::step where gradients are neither gathered over passes nor clipped together.
class GradientRelease {
 public:
  explicit GradientRelease(Optimizer& optimizer);
  ~GradientRelease();
  GradientRelease(const GradientRelease&) = delete;
  GradientRelease& operator=(const GradientRelease&) = delete;

  /// Before the backward pass of an update.
  void begin(double lr_factor);
  /// After it: what had no gradient is updated with one of zeros, as a buffer of zeros would have it. Returns
  /// the name of the first parameter whose gradient was not finite, from which on nothing was updated.
  std::string finish();

 private:
  friend class ReleaseHook;
  void update(size_t parameter);

  Optimizer& optimizer_;
  std::vector<bool> updated_;
  std::string nonfinite_;
};

}  // namespace big
