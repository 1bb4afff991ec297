#include "safetensors_dtype.h"

#include <algorithm>
#include <array>

namespace big {
namespace {

// The order of safetensors' own Dtype enumeration: files are laid out by it, larger alignment last here and
// first there.
constexpr std::array kDtypes = {
    SafetensorsDtype{"BOOL", torch::kBool},
    SafetensorsDtype{"U8", torch::kUInt8},
    SafetensorsDtype{"I8", torch::kInt8},
    SafetensorsDtype{"F8_E5M2", torch::kFloat8_e5m2},
    SafetensorsDtype{"F8_E4M3", torch::kFloat8_e4m3fn},
    SafetensorsDtype{"I16", torch::kInt16},
    SafetensorsDtype{"U16", torch::kUInt16},
    SafetensorsDtype{"F16", torch::kFloat16},
    SafetensorsDtype{"BF16", torch::kBFloat16},
    SafetensorsDtype{"I32", torch::kInt32},
    SafetensorsDtype{"U32", torch::kUInt32},
    SafetensorsDtype{"F32", torch::kFloat32},
    SafetensorsDtype{"F64", torch::kFloat64},
    SafetensorsDtype{"I64", torch::kInt64},
    SafetensorsDtype{"U64", torch::kUInt64},
};

}  // namespace

const SafetensorsDtype* find_dtype(std::string_view name) {
  const auto found =
      std::find_if(kDtypes.begin(), kDtypes.end(), [&](auto& row) { return row.name == name; });
  return found == kDtypes.end() ? nullptr : &*found;
}

const SafetensorsDtype* find_dtype(torch::ScalarType type) {
  const auto found =
      std::find_if(kDtypes.begin(), kDtypes.end(), [&](auto& row) { return row.type == type; });
  return found == kDtypes.end() ? nullptr : &*found;
}

std::vector<std::string> dtype_names() {
  std::vector<std::string> names;
  for (const auto& row : kDtypes) names.emplace_back(row.name);
  return names;
}

}  // namespace big
