#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "big/training/train_options.h"
#include "big/modules/named_tensors.h"
#include "parameter_group.h"

namespace big {

/// A run of parameters as optimisers count them: all groups one after the other.
struct ParameterRange {
  size_t first = 0, count = 0;
};

/// What turns gradients into updates. All that it remembers between updates are tensors with names, so that a
/// run can be saved and gone on with. Whoever derives from it says what it remembers (add_state) and what it
/// does to a range of parameters (update).
class Optimizer {
 public:
  explicit Optimizer(const std::vector<ParameterGroup>& groups);
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Makes a gradient of zeros for every parameter, so that gradients gather in buffers that stay.
  void keep_gradient_buffers();
  /// One update of everything; each group's learning rate times `lr_factor`. Gradients are zero afterwards. A
  /// group whose parameters do not ask for gradients any more stands still.
  void step(double lr_factor);

  /// One update in pieces (gradient release): begin(), then update_one() of every parameter when its gradient
  /// is there, which is given back at once. Not for optimisers that need all gradients first.
  void begin(double lr_factor);
  void update_one(size_t parameter);
  virtual bool needs_all_gradients() const { return false; }

  const std::vector<torch::Tensor>& parameters() const { return parameters_; }
  const std::string& name_of(size_t parameter) const { return names_.at(parameter); }

  /// All that is remembered: "<parameter>.exp_avg" and the like, "step". Shares storage.
  NamedTensors state() const;
  /// Takes over what state() of an equal optimiser gave. Throws InputError naming a tensor that is missing or
  /// has another shape or type; `where` names the source.
  void load_state(const NamedTensors& state, const std::string& where);

 protected:
  /// A tensor for each parameter, called "<parameter>.<kind>". What `make` leaves undefined is none.
  std::vector<torch::Tensor>& add_state(const std::string& kind,
                                        const std::function<torch::Tensor(const torch::Tensor&)>& make);
  /// A number for the whole, fp64 on the CPU.
  torch::Tensor add_number(const std::string& kind, double value);

  /// With all gradients there, before any update.
  virtual void survey() {}
  /// Updates the parameters of a range.
  virtual void update(ParameterRange range, double learning_rate) = 0;

  /// The gradients of a range, asked for anew: the engine may have put other tensors there (it does where a
  /// backward pass ran with gradients on).
  std::vector<torch::Tensor> gradients(ParameterRange range) const;
  /// The groups that take part in the update under way.
  std::vector<ParameterRange> taking_part() const;
  /// Counts the update under way: 1 during the first.
  int64_t updates() const { return updates_; }
  /// The largest rate of any group in the update under way.
  double largest_rate() const;

 private:
  struct Group {
    ParameterRange range;
    double learning_rate = 0;
  };
  struct State {
    std::string kind;
    std::vector<torch::Tensor> tensors;  ///< one a parameter; or a single number
    bool is_number = false;
  };
  bool takes_part(const Group& group) const;
  const Group& group_of(size_t parameter) const;

  std::vector<Group> groups_;
  std::vector<std::string> names_;
  std::vector<torch::Tensor> parameters_;
  std::deque<State> states_;  ///< a deque: references stay valid
  int64_t updates_ = 0;
  double lr_factor_ = 1;
};

/// The optimiser that options.optimizer names. Throws UsageError for a name that is none, and where it cannot
/// work with the groups' rates.
std::unique_ptr<Optimizer> make_optimizer(const std::vector<ParameterGroup>& groups,
                                          const TrainOptions& options);
/// Throws UsageError for a name that is none, naming them.
void check_optimizer(const std::string& name);

}  // namespace big
