#include "finite.h"

#include <torch/types.h>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

bool is_finite(const torch::Tensor& tensor) { return tensor.isfinite().all().item<bool>(); }

template <class Holder>
const Module* module_of(const Holder& holder) {
  return holder ? holder.ptr().get() : nullptr;
}

/// "unet: 'conv_in.weight'", or nothing where every weight is finite.
std::string first_bad_weight(const StableDiffusion& model) {
  const torch::NoGradGuard no_grad;
  const std::pair<const char*, const Module*> parts[] = {
      {"text_encoder", module_of(model.text_encoder)},
      {"text_encoder_2", module_of(model.text_encoder_2)},
      {"unet", module_of(model.unet)},
      {"vae", module_of(model.vae)}};
  for (const auto& [name, module] : parts) {
    if (module == nullptr) continue;
    for (const auto& parameter : module->named_parameters()) {
      if (!is_finite(parameter.second)) return concat(name, ": '", parameter.first, "'");
    }
  }
  return "";
}

}  // namespace

void require_finite(const torch::Tensor& result, const StableDiffusion& model, const std::string& what) {
  if (is_finite(result)) return;
  const bool half = model.dtype == torch::kFloat16 || model.dtype == torch::kBFloat16;
  const std::string where = model.folder.string() + ": ";
  if (const std::string weight = first_bad_weight(model); !weight.empty()) {
    throw InputError(
        concat(where, weight, " holds values that are no finite numbers, and so ", what,
               " came out as none; the file is damaged, get it again",
               half ? " (or its numbers are too large for half precision: try --dtype fp32)" : ""));
  }
  const std::string result_text = concat(where, what, " came out as no finite numbers");
  if (half) throw MachineError(result_text + ": they overflow in half precision; use --dtype fp32");
  throw InputError(result_text +
                   ", though every weight is finite; do its config.json files belong to the weights?");
}

}  // namespace big
