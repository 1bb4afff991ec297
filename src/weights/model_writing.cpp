#include "model_writing.h"

#include <torch/types.h>

#include <set>

namespace big {

TensorSource source_of(const std::string& name,
                       const StoredTensor& tensor,
                       std::optional<torch::ScalarType> dtype) {
  const bool convert = dtype && c10::isFloatingType(tensor.dtype());
  return {name, convert ? *dtype : tensor.dtype(), tensor.shape(), [&tensor] { return tensor.tensor(); }};
}

void add_extra(const StoredModel& model, std::vector<TensorSource>& sources) {
  std::set<std::string> taken;
  for (const auto& source : sources) taken.insert(source.name);
  for (const auto& [name, tensor] : model.extra)
    if (taken.count(name) == 0) sources.push_back(source_of(name, tensor, std::nullopt));
}

void WriteProgress::count(std::vector<TensorSource>& sources) {
  step_.total += static_cast<int64_t>(sources.size());
  for (auto& source : sources) {
    source.load = [this, load = std::move(source.load)] {
      ++step_.done;
      report(progress_, step_);
      return load();
    };
  }
}

}  // namespace big
