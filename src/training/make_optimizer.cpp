#include <algorithm>

#include "adafactor.h"
#include "adamw.h"
#include "adamw_8bit.h"
#include "big/core/error.h"
#include "big/core/text.h"
#include "lion.h"
#include "optimizer.h"
#include "prodigy.h"
#include "sgd.h"

namespace big {

namespace {

using Maker = std::unique_ptr<Optimizer> (*)(const std::vector<ParameterGroup>&, const TrainOptions&);

AdamWOptions adamw_options(const TrainOptions& options) {
  return {options.adam_beta1, options.adam_beta2, options.adam_weight_decay, options.adam_epsilon};
}

std::unique_ptr<Optimizer> make_prodigy(const std::vector<ParameterGroup>& groups,
                                        const TrainOptions& options) {
  for (const auto& group : groups) {
    if (group.learning_rate == groups.front().learning_rate) continue;
    throw UsageError(concat("prodigy finds one step size for all that is trained: learning_rate is ",
                            groups.front().learning_rate, " and text_encoder_lr ", group.learning_rate,
                            ", expected one rate (leave text_encoder_lr away)"));
  }
  ProdigyOptions own;
  own.beta1 = options.adam_beta1;
  own.beta2 = options.adam_beta2;
  own.weight_decay = options.adam_weight_decay;
  own.epsilon = options.adam_epsilon;
  return std::make_unique<Prodigy>(groups, own);
}

struct Entry {
  const char* name;
  Maker make;
};
constexpr Entry kOptimizers[] = {
    {"adamw",
     [](const std::vector<ParameterGroup>& groups, const TrainOptions& options) -> std::unique_ptr<Optimizer> {
       return std::make_unique<AdamW>(groups, adamw_options(options));
     }},
    {"adamw8bit",
     [](const std::vector<ParameterGroup>& groups, const TrainOptions& options) -> std::unique_ptr<Optimizer> {
       return std::make_unique<AdamW8Bit>(groups, adamw_options(options));
     }},
    {"adafactor",
     [](const std::vector<ParameterGroup>& groups, const TrainOptions& options) -> std::unique_ptr<Optimizer> {
       AdafactorOptions own;
       own.weight_decay = options.adam_weight_decay;
       return std::make_unique<Adafactor>(groups, own);
     }},
    {"prodigy", make_prodigy},
    {"lion",
     [](const std::vector<ParameterGroup>& groups, const TrainOptions& options) -> std::unique_ptr<Optimizer> {
       LionOptions own;
       own.weight_decay = options.adam_weight_decay;
       return std::make_unique<Lion>(groups, own);
     }},
    {"sgd",
     [](const std::vector<ParameterGroup>& groups, const TrainOptions& options) -> std::unique_ptr<Optimizer> {
       SgdOptions own;
       own.weight_decay = options.adam_weight_decay;
       return std::make_unique<Sgd>(groups, own);
     }},
};

const Entry& find_optimizer(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& entry : kOptimizers) {
    if (name == entry.name) return entry;
    names.emplace_back(entry.name);
  }
  throw UsageError(concat("optimizer is '", name, "', expected one of ", join(names, ", ")));
}

}  // namespace

void check_optimizer(const std::string& name) { find_optimizer(name); }

std::unique_ptr<Optimizer> make_optimizer(const std::vector<ParameterGroup>& groups,
                                          const TrainOptions& options) {
  return find_optimizer(options.optimizer).make(groups, options);
}

}  // namespace big
