#include "first_nonfinite.h"

#include <ATen/ops/isfinite.h>
#include <ATen/record_function.h>

#include <string>
#include <unordered_map>

namespace big {

namespace {

/// What is watched for in this thread, and what was seen.
struct Watch {
  std::unordered_map<const void*, std::string> names;  ///< of layers, by where their weights lie
  std::string last, first_nonfinite;
  int64_t depth = 0;  ///< operations that are under way, each within the one before
};
thread_local Watch* watch = nullptr;

/// The layer that an operation belongs to.
struct LayerOfOperation : at::ObserverContext {
  std::string name;
};

std::string without_suffix(const std::string& name) {
  for (const std::string suffix : {".weight", ".bias"})
    if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  return name;
}

/// The inputs are there only now, the outputs only at the end. Operations within others are passed over: some
/// of them give memory that nothing was written to yet.
std::unique_ptr<at::ObserverContext> begin_operation(const at::RecordFunction& operation) {
  auto layer = std::make_unique<LayerOfOperation>();
  if (!watch || watch->depth++ > 0) return layer;
  for (const auto& input : operation.inputs()) {
    if (!input.isTensor() || !input.toTensor().defined() || !input.toTensor().has_storage()) continue;
    const auto found = watch->names.find(input.toTensor().const_data_ptr());
    if (found != watch->names.end()) layer->name = found->second;
  }
  return layer;
}

bool has_nonfinite(const at::Tensor& tensor) {
  return tensor.defined() && tensor.is_floating_point() && !at::isfinite(tensor).all().item<bool>();
}

void end_operation(const at::RecordFunction& operation, at::ObserverContext* context) {
  if (!watch || --watch->depth > 0 || !watch->first_nonfinite.empty()) return;
  if (std::string(operation.name()).find("empty") != std::string::npos) return;
  const at::DisableRecordFunctionGuard unwatched;
  const auto* layer = dynamic_cast<LayerOfOperation*>(context);
  if (layer && !layer->name.empty()) watch->last = layer->name;
  for (const auto& output : operation.outputs()) {
    if (!output.isTensor() || !has_nonfinite(output.toTensor())) continue;
    const bool own = layer && !layer->name.empty();
    watch->first_nonfinite =
        own ? layer->name : watch->last.empty() ? "the input" : "what follows " + watch->last;
    return;
  }
}

/// The callbacks and what they watch, for a scope.
class Watching {
 public:
  explicit Watching(Watch& what) {
    watch = &what;
    handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(begin_operation, end_operation)
                                             .needsInputs(true)
                                             .needsOutputs(true)
                                             .scopes({at::RecordScope::FUNCTION}));
  }
  ~Watching() {
    at::removeCallback(handle_);
    watch = nullptr;
  }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;

 private:
  at::CallbackHandle handle_;
};

}  // namespace

std::string first_nonfinite_layer(const NamedTensors& weights, const std::function<void()>& forward) {
  Watch seen;
  for (const auto& [name, tensor] : weights) seen.names[tensor.const_data_ptr()] = without_suffix(name);
  const Watching watching(seen);
  forward();
  return seen.first_nonfinite;
}

}  // namespace big
