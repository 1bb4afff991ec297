#include "checkpoint.h"

#include <ATen/autocast_mode.h>

#include "backward_of_part.h"

namespace big {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Autocast as it was when this was made.
struct AutocastState {
  bool cpu = at::autocast::is_autocast_enabled(at::kCPU), cuda = at::autocast::is_autocast_enabled(at::kCUDA);

  void apply() const {
    at::autocast::set_autocast_enabled(at::kCPU, cpu);
    at::autocast::set_autocast_enabled(at::kCUDA, cuda);
  }
};

/// Another autocast state for a scope.
class AutocastScope {
 public:
  explicit AutocastScope(const AutocastState& state) { state.apply(); }
  ~AutocastScope() { outside_.apply(); }
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  AutocastState outside_;
};

/// What the backward pass needs beside the saved inputs.
struct Recipe : torch::CustomClassHolder {
  Recipe(BlockFunction function, std::vector<torch::Tensor> weights)
      : block(std::move(function)), parameters(std::move(weights)) {}
  BlockFunction block;
  std::vector<torch::Tensor> parameters;
  AutocastState autocast;
};

struct Recompute : torch::autograd::Function<Recompute> {
  /// `tensors` are the block's inputs followed by its parameters: so the result asks for a gradient when
  /// either does.
  static torch::Tensor forward(AutogradContext* context,
                               at::TensorList tensors,
                               c10::intrusive_ptr<Recipe> recipe) {
    const auto inputs = tensors.slice(0, tensors.size() - recipe->parameters.size()).vec();
    context->save_for_backward(inputs);
    context->saved_data["recipe"] = c10::IValue::make_capsule(recipe);
    return recipe->block(inputs);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto capsule = context->saved_data["recipe"].toCapsule();
    const auto& recipe = static_cast<const Recipe&>(*capsule);
    const torch::AutoGradMode with_gradients(true);

    const variable_list inputs = without_history(context->get_saved_variables());
    const auto output = [&] {
      const AutocastScope scope(recipe.autocast);
      return recipe.block(inputs);
    }();

    variable_list all = inputs;
    all.insert(all.end(), recipe.parameters.begin(), recipe.parameters.end());
    variable_list result = backward_of_part(output, gradients.front(), all);
    result.emplace_back();  // the recipe has no gradient
    return result;
  }
};

}  // namespace

torch::Tensor checkpoint(const BlockFunction& block,
                         const std::vector<torch::Tensor>& inputs,
                         const std::vector<torch::Tensor>& parameters) {
  variable_list all = inputs;
  all.insert(all.end(), parameters.begin(), parameters.end());
  return Recompute::apply(at::TensorList(all), c10::make_intrusive<Recipe>(block, parameters));
}

}  // namespace big
