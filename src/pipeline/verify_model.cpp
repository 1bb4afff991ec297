#include "big/pipeline/verify_model.h"

#include <torch/types.h>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/core/text.h"
#include "big/networks/autoencoder_kl.h"
#include "big/networks/clip_text_model.h"
#include "big/networks/unet_2d_condition.h"
#include "big/networks/without_memory.h"
#include "big/weights/state_dict.h"

namespace big {
namespace {

constexpr size_t kShown = 10;
constexpr int64_t kPieceValues = int64_t{1} << 24;

std::shared_ptr<Module> network_of(const std::string& part,
                                              const Json& config,
                                              const std::string& where) {
  const WithoutMemory shapes_alone;
  if (part == "unet") return UNet2DCondition(UNet2DConditionConfig::from_json(config, where)).ptr();
  if (part == "vae") return AutoencoderKL(AutoencoderKLConfig::from_json(config, where)).ptr();
  return ClipTextModel(ClipTextConfig::from_json(config, where)).ptr();
}

bool is_finite(const torch::Tensor& tensor) {
  if (!tensor.is_floating_point()) return true;
  // Types of 8 bits know no isfinite().
  const bool small = c10::elementSize(tensor.scalar_type()) == 1;
  if (!tensor.is_contiguous())
    return (small ? tensor.to(torch::kFloat32) : tensor).isfinite().all().item<bool>();
  // Piece by piece: a tensor may be larger than memory.
  for (const auto& piece : tensor.view(-1).split(kPieceValues)) {
    if (!(small ? piece.to(torch::kFloat32) : piece).isfinite().all().item<bool>()) return false;
  }
  return true;
}

}  // namespace

void verify_names(const StoredModel& model) {
  for (const auto& [part, tensors] : model.parts) {
    const std::string where = concat(model.where, ": ", part);
    check_state_dict(*network_of(part, model.configs.at(part), where), tensors, where);
  }
}

void verify_finite(const StoredTensors& tensors, const std::string& where, const ProgressFn& progress) {
  const torch::NoGradGuard no_grad;
  std::vector<std::string> bad;
  size_t count = 0;
  Progress step{"checking tensors", 0, static_cast<int64_t>(tensors.size())};
  for (const auto& [name, tensor] : tensors) {
    throw_if_interrupted();
    if (!is_finite(tensor.tensor()) && ++count <= kShown) bad.push_back(name);
    ++step.done;
    report(progress, step);
  }
  if (count == 0) return;
  throw InputError(concat(where, ": holds numbers that are not finite: ", join(bad, ", "),
                          count > kShown ? concat(" and ", count - kShown, " more") : "",
                          " (a training that diverged, or a damaged file)"));
}

}  // namespace big
