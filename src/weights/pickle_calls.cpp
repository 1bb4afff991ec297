#include "pickle_calls.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "big/core/text.h"

namespace big {
namespace {

constexpr size_t kMaxDimensions = 16;
constexpr size_t kMaxShownName = 200;
constexpr size_t kMaxShortText = 100;  // a storage's key, a dtype: copied each time a value names them

/// Classes and functions that files of real models were seen to call beside their tensors (numpy scores and
/// PyTorch Lightning's callbacks in Stable Diffusion 1.4, ParameterDict in textual inversions): what they
/// would have made is nobody's need here, so it stays an inert object.
constexpr std::array<std::string_view, 19> kInert = {
    "__builtin__.bytearray",
    "__builtin__.complex",
    "__builtin__.set",
    "_codecs.encode",
    "builtins.bytearray",
    "builtins.complex",
    "builtins.set",
    "numpy._core.multiarray._reconstruct",
    "numpy._core.multiarray.scalar",
    "numpy.core.multiarray._reconstruct",
    "numpy.core.multiarray.scalar",
    "numpy.dtype",
    "numpy.ndarray",
    "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
    "pytorch_lightning.utilities.parsing.AttributeDict",
    "torch.Size",
    "torch.device",
    "torch.nn.modules.container.ParameterDict",
    "torch.nn.modules.container.ParameterList",
};

template <class T>
const T& argument(const Pickle& pickle,
                  const std::vector<PickleRef>& arguments,
                  size_t index,
                  const char* name) {
  if (index >= arguments.size()) throw std::invalid_argument(concat("a tensor's ", name, " is missing"));
  const T* value = std::get_if<T>(&pickle.values[arguments[index]]);
  if (value == nullptr) throw std::invalid_argument(concat("a tensor's ", name, " is of a wrong type"));
  return *value;
}

std::vector<int64_t> counts(const Pickle& pickle, const PickleTuple& tuple, const char* name) {
  if (tuple.items.size() > kMaxDimensions)
    throw std::invalid_argument(concat("a tensor's ", name, " has ", tuple.items.size(), " dimensions"));
  std::vector<int64_t> values;
  for (const PickleRef item : tuple.items) {
    const auto* value = std::get_if<int64_t>(&pickle.values[item]);
    if (value == nullptr || *value < 0)
      throw std::invalid_argument(concat("a tensor's ", name, " holds what is no count"));
    values.push_back(*value);
  }
  return values;
}

/// torch._utils._rebuild_tensor, _v2: (storage, offset, size, stride, ...); _v3 has a dtype at 6.
PickleTensor rebuild_tensor(const Pickle& pickle,
                            const std::vector<PickleRef>& arguments,
                            const std::string& function) {
  PickleTensor tensor;
  argument<PickleStorage>(pickle, arguments, 0, "storage");
  tensor.storage = arguments[0];
  const auto offset = argument<int64_t>(pickle, arguments, 1, "offset");
  if (offset < 0) throw std::invalid_argument("a tensor's offset is negative");
  tensor.offset = static_cast<uint64_t>(offset);
  tensor.shape = counts(pickle, argument<PickleTuple>(pickle, arguments, 2, "size"), "size");
  tensor.strides = counts(pickle, argument<PickleTuple>(pickle, arguments, 3, "stride"), "stride");
  if (tensor.shape.size() != tensor.strides.size())
    throw std::invalid_argument(
        concat("a tensor has ", tensor.shape.size(), " sizes but ", tensor.strides.size(), " strides"));
  if (function == "_rebuild_tensor_v3") {
    const auto& dtype = argument<PickleGlobal>(pickle, arguments, 6, "dtype");
    if (dtype.module != "torch" || dtype.name.size() > kMaxShortText)
      throw std::invalid_argument("a tensor's dtype is none of torch's");
    tensor.dtype = dtype.name;
  }
  return tensor;
}

/// collections.OrderedDict() or OrderedDict([(key, value), ...]).
PickleDict ordered_dict(const Pickle& pickle, const std::vector<PickleRef>& arguments) {
  PickleDict dict;
  if (arguments.empty()) return dict;
  const auto* pairs = std::get_if<PickleList>(&pickle.values[arguments[0]]);
  if (pairs == nullptr || arguments.size() > 1)
    throw std::invalid_argument("an OrderedDict is made of something else than pairs");
  for (const PickleRef ref : pairs->items) {
    const std::vector<PickleRef>* pair = nullptr;
    if (const auto* tuple = std::get_if<PickleTuple>(&pickle.values[ref])) pair = &tuple->items;
    if (const auto* list = std::get_if<PickleList>(&pickle.values[ref])) pair = &list->items;
    if (pair == nullptr || pair->size() != 2)
      throw std::invalid_argument("an OrderedDict is made of something else than pairs");
    dict.items.emplace_back(pair->front(), pair->back());
  }
  return dict;
}

}  // namespace

PickleValue call_global(const Pickle& pickle, PickleRef callee_ref, PickleRef arguments) {
  const auto* global = std::get_if<PickleGlobal>(&pickle.values[callee_ref]);
  if (global == nullptr) throw std::invalid_argument("calls what is no class or function");
  const PickleGlobal& callee = *global;
  const auto* tuple = std::get_if<PickleTuple>(&pickle.values[arguments]);
  if (tuple == nullptr) throw std::invalid_argument("calls something with what is no tuple");
  const std::string name = callee.full_name();
  if (name == "collections.OrderedDict") return ordered_dict(pickle, tuple->items);
  if (callee.module == "torch._utils") {
    if (callee.name == "_rebuild_tensor" || callee.name == "_rebuild_tensor_v2" ||
        callee.name == "_rebuild_tensor_v3")
      return rebuild_tensor(pickle, tuple->items, callee.name);
    if (callee.name == "_rebuild_parameter" || callee.name == "_rebuild_parameter_with_state")
      return argument<PickleTensor>(pickle, tuple->items, 0, "data");
  }
  if (std::binary_search(kInert.begin(), kInert.end(), name)) return PickleObject{callee_ref, arguments, 0};
  throw std::invalid_argument(concat("calls '", printable(utf8_prefix(name, kMaxShownName)),
                                     "', which a file of tensors has no need of"));
}

PickleValue persistent_storage(const Pickle& pickle, PickleRef id) {
  const auto* tuple = std::get_if<PickleTuple>(&pickle.values[id]);
  if (tuple == nullptr || tuple->items.size() != 5)
    throw std::invalid_argument("refers to something outside that is no storage");
  const auto* kind = std::get_if<std::string>(&pickle.values[tuple->items[0]]);
  const auto* type = std::get_if<PickleGlobal>(&pickle.values[tuple->items[1]]);
  const auto* key = std::get_if<std::string>(&pickle.values[tuple->items[2]]);
  const auto* count = std::get_if<int64_t>(&pickle.values[tuple->items[4]]);
  const bool right = kind != nullptr && *kind == "storage" && type != nullptr && key != nullptr &&
                     count != nullptr && *count >= 0 &&
                     (type->module == "torch" || type->module == "torch.storage") &&
                     key->size() <= kMaxShortText && type->name.size() <= kMaxShortText;
  if (!right) throw std::invalid_argument("refers to something outside that is no storage");
  return PickleStorage{type->name, *key, static_cast<uint64_t>(*count)};
}

}  // namespace big
