#include <bit>
#include <cstring>
#include <stdexcept>
#include <unordered_map>

#include "big/core/error.h"
#include "big/core/text.h"
#include "pickle.h"
#include "pickle_calls.h"
#include "pickle_opcodes.h"

namespace big {
namespace {

// A full checkpoint of Stable Diffusion with its moving averages takes about 1 MiB and 100,000 values.
constexpr size_t kMaxBytes = size_t{64} << 20;
constexpr size_t kMaxValues = 2'000'000;
constexpr size_t kMaxGlobalName = 1000;
constexpr uint8_t kProtocol = 2;

/// The pickle machine: a stack of values, marks in it, and a memo.
class Machine {
 public:
  Machine(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {
    pickle_.values.emplace_back(PickleNone{});
  }

  Pickle run() {
    try {
      while (step()) {
      }
    } catch (const std::invalid_argument& error) {
      throw InputError(concat(where_, ": the pickle at byte ", opcode_at_, " ", error.what()));
    }
    return std::move(pickle_);
  }

 private:
  [[noreturn]] static void fail(const std::string& what) { throw std::invalid_argument(what); }

  // -- bytes

  std::string_view take(uint64_t count) {
    if (count > bytes_.size() - at_) fail("is cut short");
    const auto piece = bytes_.substr(at_, count);
    at_ += count;
    return piece;
  }
  template <class T>
  T number() {
    T value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string line() {
    const size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos || end - at_ > kMaxGlobalName) fail("names a global without end");
    const std::string text(take(end - at_));
    take(1);
    return text;
  }

  // -- stack

  void push(PickleRef ref) { stack_.push_back(ref); }
  void push_new(PickleValue value) {
    if (pickle_.values.size() >= kMaxValues) fail(concat("holds more than ", kMaxValues, " values"));
    pickle_.values.push_back(std::move(value));
    push(static_cast<PickleRef>(pickle_.values.size() - 1));
  }
  void need(size_t count) const {
    const size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() - floor < count) fail("takes more from its stack than is on it");
  }
  PickleRef pop() {
    need(1);
    const PickleRef ref = stack_.back();
    stack_.pop_back();
    return ref;
  }
  PickleRef top() const {
    need(1);
    return stack_.back();
  }
  std::vector<PickleRef> pop_to_mark() {
    if (marks_.empty()) fail("misses a mark on its stack");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleRef> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }
  PickleValue& value(PickleRef ref) { return pickle_.values[ref]; }

  void push_tuple(size_t count) {
    need(count);
    PickleTuple tuple{{stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end()}};
    stack_.resize(stack_.size() - count);
    push_new(std::move(tuple));
  }

  // -- what opcodes do

  void append(const std::vector<PickleRef>& items) {
    auto* list = std::get_if<PickleList>(&value(top()));
    if (list == nullptr) fail("appends to what is no list");
    list->items.insert(list->items.end(), items.begin(), items.end());
  }
  void set_items(const std::vector<PickleRef>& items) {
    auto* dict = std::get_if<PickleDict>(&value(top()));
    if (dict == nullptr) fail("sets items of what is no dictionary");
    if (items.size() % 2 != 0) fail("sets an item without a value");
    for (size_t i = 0; i < items.size(); i += 2) dict->items.emplace_back(items[i], items[i + 1]);
  }
  /// REDUCE and NEWOBJ: both call a global with a tuple.
  void call() {
    const PickleRef arguments = pop(), callee = pop();
    PickleValue result = call_global(pickle_, callee, arguments);
    if (const auto* dict = std::get_if<PickleDict>(&result)) {
      // The one call whose result is larger than its opcode: a list made a dictionary again and again.
      copied_items_ += dict->items.size();
      if (copied_items_ > kMaxValues) fail(concat("copies more than ", kMaxValues, " items"));
    }
    push_new(std::move(result));
  }
  /// The state of inert objects is kept; what dictionaries and tensors carry besides is nobody's need.
  void build() {
    const PickleRef state = pop();
    PickleValue& target = value(top());
    if (auto* object = std::get_if<PickleObject>(&target)) {
      object->state = state;
    } else if (const auto* global = std::get_if<PickleGlobal>(&target)) {
      fail(concat("sets the state of '", printable(global->full_name()), "'"));
    } else if (!std::holds_alternative<PickleDict>(target) && !std::holds_alternative<PickleTensor>(target)) {
      fail("sets the state of what has none");
    }
  }
  void put(uint32_t key) { memo_[key] = top(); }
  void get(uint32_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) fail("remembers what it never put away");
    push(found->second);
  }
  void protocol(uint8_t version) {
    if (version != kProtocol)
      fail(concat("is of protocol ", int{version}, ", torch.save writes ", int{kProtocol},
                  "; save the file again with pickle_protocol=2"));
  }
  /// A number of any length; what does not fit in 64 bits is nobody's need.
  void long_integer(uint8_t length) {
    const auto digits = take(length);
    if (length > 8) return push_new(PickleNone{});
    uint64_t bits = 0;
    std::memcpy(&bits, digits.data(), length);
    const int unused = 64 - 8 * length;
    if (length == 0) return push_new(int64_t{0});
    push_new(static_cast<int64_t>(bits << unused) >> unused);  // the sign from the last byte
  }
  void floating() {
    uint64_t bits = 0;
    for (const char byte : take(8)) bits = bits << 8 | static_cast<uint8_t>(byte);  // big-endian
    push_new(std::bit_cast<double>(bits));
  }

  /// Runs one opcode; false at the end.
  bool step() {
    opcode_at_ = at_;
    const auto opcode = number<uint8_t>();
    switch (opcode) {
      case 0x80:
        protocol(number<uint8_t>());
        break;
      case '.':
        pickle_.root = pop();
        return false;
      case '(':
        marks_.push_back(stack_.size());
        break;
      case 'N':
        push_new(PickleNone{});
        break;
      case 0x88:
        push_new(true);
        break;
      case 0x89:
        push_new(false);
        break;
      case 'K':
        push_new(int64_t{number<uint8_t>()});
        break;
      case 'M':
        push_new(int64_t{number<uint16_t>()});
        break;
      case 'J':
        push_new(int64_t{number<int32_t>()});
        break;
      case 0x8a:
        long_integer(number<uint8_t>());
        break;
      case 'G':
        floating();
        break;
      case 'X':
      case 'T':
        push_new(std::string(take(number<uint32_t>())));
        break;
      case 'U':
        push_new(std::string(take(number<uint8_t>())));
        break;
      case '}':
        push_new(PickleDict{});
        break;
      case ']':
        push_new(PickleList{});
        break;
      case ')':
        push_new(PickleTuple{});
        break;
      case 0x85:
        push_tuple(1);
        break;
      case 0x86:
        push_tuple(2);
        break;
      case 0x87:
        push_tuple(3);
        break;
      case 't':
        push_new(PickleTuple{pop_to_mark()});
        break;
      case 'a':
        append({pop()});
        break;
      case 'e':
        append(pop_to_mark());
        break;
      case 's': {
        const PickleRef item = pop(), key = pop();
        set_items({key, item});
        break;
      }
      case 'u':
        set_items(pop_to_mark());
        break;
      case 'q':
        put(number<uint8_t>());
        break;
      case 'r':
        put(number<uint32_t>());
        break;
      case 'h':
        get(number<uint8_t>());
        break;
      case 'j':
        get(number<uint32_t>());
        break;
      case 'c': {
        PickleGlobal global;
        global.module = line();
        global.name = line();
        push_new(std::move(global));
        break;
      }
      case 'Q':
        push_new(persistent_storage(pickle_, pop()));
        break;
      case 'R':
      case 0x81:
        call();
        break;
      case 'b':
        build();
        break;
      default:
        fail(concat("has the opcode ", refused_opcode_name(opcode), ", which torch.save never writes"));
    }
    return true;
  }

  std::string_view bytes_;
  const std::string& where_;
  size_t at_ = 0, opcode_at_ = 0, copied_items_ = 0;
  Pickle pickle_;
  std::vector<PickleRef> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint32_t, PickleRef> memo_;
};

}  // namespace

Pickle read_pickle(std::string_view bytes, const std::string& where) {
  if (bytes.size() > kMaxBytes)
    throw InputError(
        concat(where, ": its pickle has ", bytes.size(), " bytes, expected at most ", kMaxBytes));
  return Machine(bytes, where).run();
}

}  // namespace big
