#include "state_tensors.h"

#include <map>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

void append(const std::string& prefix, const NamedTensors& tensors, NamedTensors& all) {
  for (const auto& [name, tensor] : tensors) all.emplace_back(prefix + name, tensor);
}

NamedTensors with_prefix(const std::string& prefix, const NamedTensors& all) {
  NamedTensors found;
  for (const auto& [name, tensor] : all)
    if (name.starts_with(prefix)) found.emplace_back(name.substr(prefix.size()), tensor);
  return found;
}

NamedTensors copies_of(const NamedTensors& tensors) {
  NamedTensors copies;
  for (const auto& [name, tensor] : tensors)
    copies.emplace_back(name, tensor.detach().to(torch::kCPU, tensor.scalar_type(), /*non_blocking=*/false, /*copy=*/true));
  return copies;
}

void copy_named(const NamedTensors& from, const NamedTensors& to, const std::string& what) {
  const at::NoGradGuard no_grad;
  const std::map<std::string, torch::Tensor> given(from.begin(), from.end());
  for (auto [name, tensor] : to) {
    const auto found = given.find(name);
    if (found == given.end() || found->second.sizes() != tensor.sizes()) {
      throw InputError(concat("the saved state holds no ", what, " of '", name, "' of shape ", tensor.sizes(),
                              "; it is another model's"));
    }
    tensor.copy_(found->second);
  }
}

}  // namespace big
