#include <torch/types.h>

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/weights/lora_writer.h"
#include "big/weights/same_bits.h"

namespace big {
namespace {

/// What rounding in fp32 makes of alpha multiplied in.
constexpr double kRounding = 1e-5;

bool equal_or_absent(const torch::Tensor& a, const torch::Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined();
  return same_bits(a, b);
}

/// alpha / r * up * mid * down as one matrix, in float64.
torch::Tensor change_of(const LoraModule& module) {
  const auto exact = [](const torch::Tensor& tensor) { return tensor.detach().to(torch::kCPU, torch::kFloat64); };
  auto down = exact(module.down).flatten(1);  // [r,in*kh*kw]
  if (module.mid.defined()) {
    down = torch::einsum("opk,pi->oik", {exact(module.mid).flatten(2), down}).flatten(1);
  }
  return module.alpha / static_cast<double>(module.rank()) * exact(module.up).flatten(1).mm(down);
}

bool is_same(const LoraModule& written, const LoraModule& wanted, LoraFormat format) {
  if (!equal_or_absent(written.magnitude, wanted.magnitude)) return false;
  if (format != LoraFormat::kDiffusers && !wanted.mid.defined()) {
    // Files hold alpha in fp32.
    return static_cast<float>(written.alpha) == static_cast<float>(wanted.alpha) && equal_or_absent(written.down, wanted.down) &&
           equal_or_absent(written.up, wanted.up);
  }
  const auto found = change_of(written), expected = change_of(wanted);
  return found.sizes() == expected.sizes() &&
         (found - expected).abs().max().item<double>() <= kRounding * expected.abs().max().item<double>();
}

}  // namespace

void verify_lora(const std::filesystem::path& path,
                 const Lora& lora,
                 LoraFormat format,
                 const LoraTargets& targets) {
  const torch::NoGradGuard no_grad;
  const auto fail = [&](const std::string& what) {
    throw MachineError(concat(path.string(), ": read back, ", what,
                              ": the disk or the memory of this machine cannot be relied on"));
  };
  const Lora written = read_lora(path, targets, UnmatchedKeys::kRefuse);
  if (written.modules.size() != lora.modules.size()) {
    fail(concat("it holds ", written.modules.size(), " layers, ", lora.modules.size(), " were written"));
  }
  std::map<std::string, const LoraModule*> wanted;
  for (const auto& module : lora.modules) wanted[module.part + "." + module.path] = &module;
  for (const auto& module : written.modules) {
    const std::string name = module.part + "." + module.path;
    const auto found = wanted.find(name);
    if (found == wanted.end() || !is_same(module, *found->second, format)) {
      fail(concat("'", name, "' is not what was written"));
    }
  }
}

}  // namespace big
