#include "checkpoint_contents.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"
#include "checkpoint_dtype.h"
#include "pickle.h"
#include "zip_directory.h"

namespace big {
namespace {

constexpr std::string_view kPickleName = "data.pkl";
constexpr size_t kMaxDepth = 8;            // of dictionaries in dictionaries
constexpr size_t kMaxVisits = 2'000'000;   // dictionaries may be shared: paths can be far more than values
constexpr size_t kMaxFactBytes = 4 << 20;  // a string kept as metadata
constexpr size_t kMaxName = 1000;

/// One archive while it is being understood.
class CheckpointReader {
 public:
  CheckpointReader(std::string_view archive, const std::string& where)
      : archive_(archive), where_(where), files_(read_zip_directory(archive, where)) {
    const auto file = std::find_if(files_.begin(), files_.end(), [](const auto& item) {
      const std::filesystem::path path(item.first);
      return path.filename() == kPickleName && !path.parent_path().has_parent_path();
    });
    if (file == files_.end())
      fail("is a zip archive without data.pkl, so it is no checkpoint of torch.save (unpack it first?)");
    folder_ = file->first.substr(0, file->first.size() - kPickleName.size());
    if (files_.count(folder_ + "constants.pkl") != 0)
      fail("is a TorchScript program, expected a checkpoint of tensors");
    const auto order = files_.find(folder_ + "byteorder");
    if (order != files_.end() && bytes_of(order->second) != "little")
      fail("was saved on a big-endian machine; save it again on a common one");
    pickle_ = read_pickle(bytes_of(file->second), where);
  }

  CheckpointContents read() {
    const auto* root = std::get_if<PickleDict>(&pickle_.values[pickle_.root]);
    if (root == nullptr) fail("holds no dictionary of tensors");
    collect_facts(*root);
    collect(*state_dict_of(root), "", 0);
    return std::move(contents_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw InputError(concat(where_, ": ", what)); }
  std::string_view bytes_of(const ZipEntry& entry) const { return archive_.substr(entry.offset, entry.size); }
  const PickleValue& value(PickleRef ref) const { return pickle_.values[ref]; }

  /// The dictionary under `state_dict` (of the one under `state_dict`, ...), as diffusers looks for it.
  const PickleDict* state_dict_of(const PickleDict* dict) const {
    for (size_t depth = 0; depth < kMaxDepth; ++depth) {
      const PickleDict* inner = nullptr;
      for (const auto& [key, item] : dict->items) {
        const auto* name = std::get_if<std::string>(&value(key));
        if (name != nullptr && *name == "state_dict") inner = std::get_if<PickleDict>(&value(item));
      }
      if (inner == nullptr) break;
      dict = inner;
    }
    return dict;
  }

  void collect_facts(const PickleDict& root) {
    for (const auto& [key, item] : root.items) {
      const auto* name = std::get_if<std::string>(&value(key));
      if (name == nullptr || name->size() > kMaxName) continue;
      if (const auto* number = std::get_if<int64_t>(&value(item))) {
        contents_.metadata[*name] = std::to_string(*number);
      } else if (const auto* fraction = std::get_if<double>(&value(item))) {
        contents_.metadata[*name] = concat(*fraction);
      } else if (const auto* text = std::get_if<std::string>(&value(item))) {
        if (text->size() <= kMaxFactBytes) contents_.metadata[*name] = *text;
      }
    }
  }

  void collect(const PickleDict& dict, const std::string& prefix, size_t depth) {
    if (depth > kMaxDepth) fail("its dictionaries are nested too deeply");
    for (const auto& [key, item] : dict.items) {
      if (++visits_ > kMaxVisits) fail("its dictionaries hold too much");
      const auto* name = std::get_if<std::string>(&value(key));
      if (name == nullptr) continue;
      if (prefix.size() + name->size() > kMaxName) fail("a tensor's name has more than 1000 bytes");
      const std::string path = prefix + *name;
      if (const auto* tensor = std::get_if<PickleTensor>(&value(item))) {
        contents_.entries[path] = entry_of(path, *tensor);
      } else if (const PickleDict* inner = dictionary_in(value(item))) {
        collect(*inner, path + ".", depth + 1);
      }
    }
  }

  /// A dictionary, or the one in which a ParameterDict keeps its parameters.
  const PickleDict* dictionary_in(const PickleValue& candidate) const {
    if (const auto* dict = std::get_if<PickleDict>(&candidate)) return dict;
    const auto* object = std::get_if<PickleObject>(&candidate);
    const auto* state = object == nullptr ? nullptr : std::get_if<PickleDict>(&value(object->state));
    if (state == nullptr) return nullptr;
    for (const auto& [key, item] : state->items) {
      const auto* name = std::get_if<std::string>(&value(key));
      if (name != nullptr && *name == "_parameters") return std::get_if<PickleDict>(&value(item));
    }
    return nullptr;
  }

  TensorFile::Entry entry_of(const std::string& name, const PickleTensor& tensor) const {
    const auto fail_at = [&](const std::string& what) {
      fail(concat("tensor '", printable(utf8_prefix(name, 200)), "' ", what));
    };
    const auto& storage = std::get<PickleStorage>(value(tensor.storage));
    const auto dtype = tensor.dtype.empty() ? storage_dtype(storage.type) : named_dtype(tensor.dtype);
    if (!dtype)
      fail_at(concat("is stored as ", printable(tensor.dtype.empty() ? storage.type : tensor.dtype),
                     ", which is not read"));
    const auto file = files_.find(folder_ + "data/" + storage.key);
    if (file == files_.end())
      fail_at(concat("has its bytes in 'data/", printable(storage.key), "', which is missing"));

    const uint64_t size = c10::elementSize(*dtype);
    const uint64_t room = file->second.size / size;
    uint64_t elements = 1;  // from the first to the last that the strides reach
    bool empty = false;
    for (size_t i = 0; i < tensor.shape.size(); ++i) {
      uint64_t reach = 0;
      if (tensor.shape[i] == 0) {
        empty = true;
      } else if (__builtin_mul_overflow(static_cast<uint64_t>(tensor.shape[i] - 1),
                                        static_cast<uint64_t>(tensor.strides[i]), &reach) ||
                 __builtin_add_overflow(elements, reach, &elements)) {
        fail_at(concat("of shape ", c10::IntArrayRef(tensor.shape), " reaches beyond any file"));
      }
    }
    TensorFile::Entry entry{*dtype, tensor.shape};
    if (empty) return entry;
    // An expanded tensor: a small file could ask for any amount of memory when it is copied.
    uint64_t count = 1;
    for (const int64_t side : tensor.shape) {
      if (__builtin_mul_overflow(count, static_cast<uint64_t>(side), &count) || count > elements)
        fail_at(concat("of shape ", c10::IntArrayRef(tensor.shape), " repeats its ", elements,
                       " elements, which is not read"));
    }
    if (tensor.offset > room || elements > room - tensor.offset)
      fail_at(concat("of shape ", c10::IntArrayRef(tensor.shape), " and strides ",
                     c10::IntArrayRef(tensor.strides), " at element ", tensor.offset, " reaches beyond its ",
                     room, " elements; the file is damaged"));
    entry.begin = file->second.offset + tensor.offset * size;
    entry.end = entry.begin + elements * size;
    entry.strides = tensor.strides;
    return entry;
  }

  std::string_view archive_;
  const std::string& where_;
  std::map<std::string, ZipEntry> files_;
  std::string folder_;
  Pickle pickle_;
  CheckpointContents contents_;
  size_t visits_ = 0;
};

}  // namespace

CheckpointContents read_checkpoint(std::string_view archive, const std::string& where) {
  return CheckpointReader(archive, where).read();
}

}  // namespace big
