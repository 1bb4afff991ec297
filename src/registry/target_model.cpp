#include "big/registry/target_model.h"

#include <array>
#include <vector>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

struct Named {
  TargetModel target;
  const char* name;
};
constexpr std::array kTargets = {
    Named{TargetModel::kPretrained, "pretrained"},
    Named{TargetModel::kPrivate, "private"},
    Named{TargetModel::kPrivateMeta, "private_meta"},
    Named{TargetModel::kMeta, "meta"},
};

}  // namespace

TargetModel parse_target_model(const std::string& name) {
  std::vector<std::string> names;
  for (const Named& known : kTargets) {
    if (name == known.name) return known.target;
    names.emplace_back(known.name);
  }
  const std::string near = nearest(ascii_lower(name), names);
  throw UsageError(concat("target model '", printable(name), "' is unknown, expected one of ",
                          join(names, ", "), near.empty() ? "" : "; did you mean '" + near + "'?"));
}

std::string to_string(TargetModel target) {
  for (const Named& known : kTargets) {
    if (known.target == target) return known.name;
  }
  throw std::logic_error("a target model without a name");
}

}  // namespace big
