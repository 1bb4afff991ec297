#include "checkpoint_dtype.h"

#include <algorithm>
#include <array>

namespace big {
namespace {

struct Row {
  std::string_view name;
  torch::ScalarType type;
};

constexpr std::array kStorages = {
    Row{"BFloat16Storage", torch::kBFloat16}, Row{"BoolStorage", torch::kBool},
    Row{"ByteStorage", torch::kUInt8},        Row{"CharStorage", torch::kInt8},
    Row{"DoubleStorage", torch::kFloat64},    Row{"FloatStorage", torch::kFloat32},
    Row{"HalfStorage", torch::kFloat16},      Row{"IntStorage", torch::kInt32},
    Row{"LongStorage", torch::kInt64},        Row{"ShortStorage", torch::kInt16},
};

constexpr std::array kTypes = {
    Row{"bfloat16", torch::kBFloat16},
    Row{"bool", torch::kBool},
    Row{"float16", torch::kFloat16},
    Row{"float32", torch::kFloat32},
    Row{"float64", torch::kFloat64},
    Row{"float8_e4m3fn", torch::kFloat8_e4m3fn},
    Row{"float8_e5m2", torch::kFloat8_e5m2},
    Row{"int16", torch::kInt16},
    Row{"int32", torch::kInt32},
    Row{"int64", torch::kInt64},
    Row{"int8", torch::kInt8},
    Row{"uint16", torch::kUInt16},
    Row{"uint32", torch::kUInt32},
    Row{"uint64", torch::kUInt64},
    Row{"uint8", torch::kUInt8},
};

template <class Table>
std::optional<torch::ScalarType> find(const Table& table, std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Row& row) { return row.name == name; });
  if (found == table.end()) return std::nullopt;
  return found->type;
}

}  // namespace

std::optional<torch::ScalarType> storage_dtype(std::string_view storage_class) {
  return find(kStorages, storage_class);
}

std::optional<torch::ScalarType> named_dtype(std::string_view name) { return find(kTypes, name); }

}  // namespace big
