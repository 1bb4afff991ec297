#include "big/pipeline/extract_lora.h"

#include <cmath>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/core/text.h"
#include "big/pipeline/lora.h"
#include "big/weights/state_dict.h"

namespace big {
namespace {

struct Factors {
  torch::Tensor down, up;  ///< [r,in], [out,r]
};

/// The best factors of `change` [out,in] (float64) of at most `rank`. From the eigenvectors of the smaller of
/// its two products with itself, which is many times faster than a singular value decomposition.
Factors best_factors(const torch::Tensor& change, int64_t rank) {
  const int64_t out = change.size(0), in = change.size(1);
  const int64_t kept = std::min({rank, out, in});
  if (out <= in) {
    const auto vectors = std::get<1>(at::linalg_eigh(change.mm(change.t())));  // rising
    const auto up = vectors.narrow(1, out - kept, kept);
    return {up.t().mm(change), up};
  }
  const auto vectors = std::get<1>(at::linalg_eigh(change.t().mm(change)));
  const auto down = vectors.narrow(1, in - kept, kept).t();
  return {down, change.mm(down.t())};
}

double squares(const torch::Tensor& tensor) { return tensor.square().sum().item<double>(); }

using Tensors = std::map<std::string, torch::Tensor>;

Tensors tensors_of(const StableDiffusion& model) {
  Tensors tensors;
  const auto add = [&](const std::string& part, const auto& network) {
    if (!network) return;
    for (const auto& [name, tensor] : state_dict(*network)) tensors[part + "." + name] = tensor;
  };
  add("unet", model.unet);
  add("text_encoder", model.text_encoder);
  add("text_encoder_2", model.text_encoder_2);
  return tensors;
}

void require_equal_shapes(const Tensors& base, const Tensors& tuned) {
  for (const auto& [name, tensor] : base) {
    const auto other = tuned.find(name);
    if (other == tuned.end() || other->second.sizes() != tensor.sizes())
      throw InputError(concat("'", name, "' is ", tensor.sizes(), " in the base and ",
                              other == tuned.end() ? std::string("missing") : concat(other->second.sizes()),
                              " in the other model; the two must be of one family"));
  }
}

LoraModule module_of(const std::string& part, const std::string& path, at::IntArrayRef shape, const Factors& factors) {
  auto down_shape = shape.vec();
  down_shape[0] = factors.down.size(0);
  std::vector<int64_t> up_shape(down_shape.size(), 1);
  up_shape[0] = shape[0];
  up_shape[1] = down_shape[0];
  const auto stored = [](const torch::Tensor& tensor, at::IntArrayRef of) {
    return tensor.to(torch::kFloat32).contiguous().view(of);
  };
  return {.part = part,
          .path = path,
          .down = stored(factors.down, down_shape),
          .up = stored(factors.up, up_shape),
          .alpha = static_cast<double>(factors.down.size(0))};
}

}  // namespace

double ChangeKept::relative_error() const { return change > 0 ? std::sqrt(lost / change) : 0; }

ExtractedLora extract_lora(const StableDiffusion& base,
                           const StableDiffusion& tuned,
                           int64_t rank,
                           const ProgressFn& progress) {
  const torch::NoGradGuard no_grad;
  if (rank < 1) throw UsageError(concat("--rank ", rank, ": expected at least 1"));
  const auto before = tensors_of(base), after = tensors_of(tuned);
  require_equal_shapes(before, after);
  ExtractedLora result;
  Progress step{"comparing tensors", 0, static_cast<int64_t>(before.size())};
  const auto parts = adapted_parts(base);
  for (const auto& [name, tensor] : before) {
    throw_if_interrupted();
    ++step.done;
    report(progress, step);
    const auto change = after.at(name).to(torch::kCPU, torch::kFloat64) - tensor.to(torch::kCPU, torch::kFloat64);
    const double size = squares(change);
    if (size == 0) continue;
    const std::string part = name.substr(0, name.find('.'));
    auto& kept = result.parts[part];
    kept.change += size;

    constexpr std::string_view kWeight = ".weight";
    const std::string path = name.ends_with(kWeight)
                                 ? name.substr(part.size() + 1, name.size() - part.size() - 1 - kWeight.size())
                                 : "";
    if (parts.at(part).count(path) == 0) {
      kept.lost += size;
      continue;
    }
    const auto matrix = change.flatten(1);
    const auto factors = best_factors(matrix, rank);
    kept.lost += squares(matrix - factors.up.mm(factors.down));
    result.lora.modules.push_back(module_of(part, path, tensor.sizes(), factors));
  }
  if (result.lora.modules.empty())
    throw InputError(concat(tuned.folder.string(), ": no layer differs from ", base.folder.string(),
                            "; there is nothing to extract"));
  return result;
}

}  // namespace big
