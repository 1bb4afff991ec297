#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace big {

/// A value's place in Pickle::values. Values refer to each other by place, so that neither depth nor cycles
/// cost anything until somebody walks them.
using PickleRef = uint32_t;

struct PickleNone {};
/// A class or function by name. It is never looked up.
struct PickleGlobal {
  std::string module, name;
  std::string full_name() const { return module + "." + name; }
};
struct PickleTuple {
  std::vector<PickleRef> items;
};
struct PickleList {
  std::vector<PickleRef> items;
};
/// A dict or OrderedDict, in the order it was filled; a key may come twice, the later counts.
struct PickleDict {
  std::vector<std::pair<PickleRef, PickleRef>> items;
};
/// Bytes beside the pickle: `key` names them, `type` what they are ("FloatStorage", "UntypedStorage").
struct PickleStorage {
  std::string type, key;
  uint64_t count = 0;  ///< elements; bytes for an untyped one
};
/// A tensor as torch rebuilds it; `dtype` ("float8_e5m2") is said where the storage is untyped.
struct PickleTensor {
  PickleRef storage = 0;
  uint64_t offset = 0;                  ///< in elements
  std::vector<int64_t> shape, strides;  ///< none is negative; of equal length
  std::string dtype;
};
/// An object of a class that files in the wild hold beside the tensors: kept as it was written, not made.
struct PickleObject {
  PickleRef type = 0, arguments = 0, state = 0;  ///< the class's name; state 0: none
};

/// Bytes and text are both std::string: Python 2 did not tell them apart either.
using PickleValue = std::variant<PickleNone,
                                 bool,
                                 int64_t,
                                 double,
                                 std::string,
                                 PickleGlobal,
                                 PickleTuple,
                                 PickleList,
                                 PickleDict,
                                 PickleStorage,
                                 PickleTensor,
                                 PickleObject>;

struct Pickle {
  std::vector<PickleValue> values;  ///< the first is None
  PickleRef root = 0;
};

/// Reads a pickle of protocol 2 as torch.save writes it. Nothing is imported or run: the machine builds
/// values of the types above, and refuses by name every opcode outside that protocol's plain ones and every
/// call but those in pickle_calls.cpp. Memory is in proportion to `bytes`, of which it takes at most 64 MiB;
/// time is linear. Throws InputError; `where` names the pickle.
Pickle read_pickle(std::string_view bytes, const std::string& where);

}  // namespace big
