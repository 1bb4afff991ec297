#include "rows_apart.h"

#include <torch/types.h>

#include <algorithm>
#include <utility>

#include "backward_of_part.h"
#include "row_workers.h"

namespace big {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kMostGradientBytes = int64_t{512} << 20;  ///< of all groups together

int64_t gradient_bytes(const variable_list& parameters) {
  int64_t bytes = 0;
  for (const auto& parameter : parameters)
    if (parameter.requires_grad()) bytes += static_cast<int64_t>(parameter.nbytes());
  return bytes;
}

bool any_requires_grad(const variable_list& tensors) {
  return std::ranges::any_of(tensors, [](const auto& t) { return t.defined() && t.requires_grad(); });
}

bool is_shared_out(const torch::Tensor& input, int64_t rows) {
  return input.defined() && input.dim() > 0 && input.size(0) == rows;
}

/// The inputs of one group.
variable_list inputs_of(const variable_list& inputs, const RowShares& shares, int64_t group) {
  const int64_t rows = inputs.front().size(0), each = rows / shares.groups;
  variable_list own;
  for (const auto& input : inputs)
    own.push_back(is_shared_out(input, rows) ? input.narrow(0, group * each, each) : input);
  return own;
}

variable_list defined_ones(const variable_list& inputs) {
  variable_list defined;
  for (const auto& input : inputs)
    if (input.defined()) defined.push_back(input);
  return defined;
}

/// `block` for inputs like these without the undefined ones, which autograd does not take.
BlockFunction taking_defined_ones(const BlockFunction& block, const variable_list& inputs) {
  std::vector<bool> is_defined;
  for (const auto& input : inputs) is_defined.push_back(input.defined());
  return [block, is_defined](const variable_list& defined) {
    variable_list all;
    for (size_t i = 0, next = 0; i < is_defined.size(); ++i)
      all.push_back(is_defined[i] ? defined[next++] : torch::Tensor());
    return block(all);
  };
}

/// What the groups recorded of their forward pass.
struct Recording : torch::CustomClassHolder {
  Recording(BlockFunction function, variable_list weights, const RowShares& how)
      : block(std::move(function)),
        parameters(std::move(weights)),
        shares(how),
        inputs(static_cast<size_t>(how.groups)),
        outputs(static_cast<size_t>(how.groups)) {}
  BlockFunction block;
  variable_list parameters;
  RowShares shares;
  std::vector<bool> shared_out;  ///< of each input
  std::vector<variable_list> inputs;
  variable_list outputs;
};

/// The gradient of one input, from those the groups have for theirs.
torch::Tensor joined(const variable_list& of_groups, bool shared_out) {
  if (!of_groups.front().defined()) return {};
  if (shared_out) return torch::cat(of_groups);
  auto sum = of_groups.front();
  for (size_t i = 1; i < of_groups.size(); ++i) sum = sum + of_groups[i];  // in this order: the same every time
  return sum;
}

struct Apart : torch::autograd::Function<Apart> {
  /// `tensors`: the inputs followed by the parameters, so that the result asks for a gradient when either does.
  static torch::Tensor forward(AutogradContext* context,
                               at::TensorList tensors,
                               c10::intrusive_ptr<Recording> recording) {
    auto& r = *recording;
    const auto inputs = tensors.slice(0, tensors.size() - r.parameters.size()).vec();
    for (const auto& input : inputs) r.shared_out.push_back(is_shared_out(input, inputs.front().size(0)));
    context->saved_data["recording"] = c10::IValue::make_capsule(recording);
    variable_list results(r.outputs.size());
    on_row_workers(r.shares, [&](int64_t group) {
      const torch::AutoGradMode with_gradients(true);
      const auto g = static_cast<size_t>(group);
      r.inputs[g] = without_history(inputs_of(inputs, r.shares, group));
      r.outputs[g] = r.block(r.inputs[g]);
      results[g] = r.outputs[g].detach();
    });
    return torch::cat(results);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto capsule = context->saved_data["recording"].toCapsule();
    auto& r = static_cast<Recording&>(*capsule);
    const auto parts = gradients.front().chunk(r.shares.groups);
    std::vector<variable_list> found(r.outputs.size());
    on_row_workers(r.shares, [&](int64_t group) {
      const auto g = static_cast<size_t>(group);
      variable_list all = std::exchange(r.inputs[g], {});
      all.insert(all.end(), r.parameters.begin(), r.parameters.end());
      found[g] = backward_of_part(std::exchange(r.outputs[g], {}), parts[g], all);
    });

    variable_list result;
    for (size_t i = 0; i < found.front().size(); ++i) {
      variable_list of_groups;
      for (auto& group : found) of_groups.push_back(std::exchange(group[i], {}));
      result.push_back(joined(of_groups, i < r.shared_out.size() && r.shared_out[i]));
    }
    result.emplace_back();  // the recording has no gradient
    return result;
  }
};

torch::Tensor without_gradients(const BlockFunction& block, const variable_list& inputs, const RowShares& shares) {
  variable_list results(static_cast<size_t>(shares.groups));
  on_row_workers(shares, [&](int64_t group) {
    results[static_cast<size_t>(group)] = block(inputs_of(inputs, shares, group));
  });
  return torch::cat(results);
}

}  // namespace

torch::Tensor rows_apart(const BlockFunction& block,
                         const variable_list& inputs,
                         const std::function<variable_list()>& parameters) {
  const auto& first = inputs.front();
  const auto shares = first.device().is_cpu() ? row_shares(first.size(0)) : RowShares{};
  if (shares.groups == 1) return block(inputs);
  if (!torch::GradMode::is_enabled()) return without_gradients(block, inputs, shares);

  const auto weights = parameters();
  if (!any_requires_grad(inputs) && !any_requires_grad(weights)) return without_gradients(block, inputs, shares);
  if (gradient_bytes(weights) * shares.groups > kMostGradientBytes) return block(inputs);
  variable_list all = defined_ones(inputs);
  all.insert(all.end(), weights.begin(), weights.end());
  const auto recording = c10::make_intrusive<Recording>(taking_defined_ones(block, inputs), weights, shares);
  return Apart::apply(at::TensorList(all), recording);
}

}  // namespace big
