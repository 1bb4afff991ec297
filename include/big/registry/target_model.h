#pragma once

#include <string>

namespace big {

/// Which model a subject goes into, or a picture comes from.
enum class TargetModel { kPretrained, kPrivate, kPrivateMeta, kMeta };

/// "pretrained", "private", "private_meta", "meta"; UsageError naming the nearest one otherwise.
TargetModel parse_target_model(const std::string& name);
std::string to_string(TargetModel target);
inline bool is_metamodel(TargetModel t) { return t == TargetModel::kPrivateMeta || t == TargetModel::kMeta; }

}  // namespace big
