#include "pickle.h"

#include <gtest/gtest.h>

#include <chrono>

#include "big/core/error.h"
#include "support/error_of.h"

namespace big {
namespace {

using namespace std::string_literals;

const std::string kStart = "\x80\x02";

std::string pickle_refusal(const std::string& body) {
  return error_of<InputError>([&] { read_pickle(kStart + body, "a.ckpt"); });
}

const PickleValue& root_of(const Pickle& pickle) { return pickle.values.at(pickle.root); }

TEST(Pickle, ReadsPlainValues) {
  // {"a": [1, -2, 70000, 2.5, None, True], ("x", "y"): 1 << 33}
  const std::string listed =
      "](K\x01J\xfe\xff\xff\xffJ\x70\x11\x01\x00G\x40\x04\x00\x00\x00\x00\x00\x00N\x88"s + "e";
  const std::string key = "U\x01xU\x01y\x86", number = "\x8a\x05\x00\x00\x00\x00\x02"s;
  const auto pickle = read_pickle(kStart + "}(X\x01\x00\x00\x00"s + "a" + listed + key + number + "u.", "a");
  const auto& dict = std::get<PickleDict>(root_of(pickle));
  ASSERT_EQ(dict.items.size(), 2u);
  const auto& list = std::get<PickleList>(pickle.values.at(dict.items[0].second)).items;
  EXPECT_EQ(std::get<int64_t>(pickle.values.at(list.at(0))), 1);
  EXPECT_EQ(std::get<int64_t>(pickle.values.at(list.at(1))), -2);
  EXPECT_EQ(std::get<int64_t>(pickle.values.at(list.at(2))), 70000);
  EXPECT_EQ(std::get<double>(pickle.values.at(list.at(3))), 2.5);
  EXPECT_TRUE(std::holds_alternative<PickleNone>(pickle.values.at(list.at(4))));
  EXPECT_TRUE(std::get<bool>(pickle.values.at(list.at(5))));
  EXPECT_EQ(std::get<PickleTuple>(pickle.values.at(dict.items[1].first)).items.size(), 2u);
  EXPECT_EQ(std::get<int64_t>(pickle.values.at(dict.items[1].second)), int64_t{1} << 33);
}

TEST(Pickle, AListInItselfIsNoTrap) {
  const auto pickle = read_pickle(kStart + "]q\x01h\x01" + "a.", "a");
  EXPECT_EQ(std::get<PickleList>(root_of(pickle)).items.front(), pickle.root);
}

TEST(Pickle, NamedClassesStayNames) {
  const auto pickle = read_pickle(kStart + "cos\nsystem\n.", "a");
  EXPECT_EQ(std::get<PickleGlobal>(root_of(pickle)).full_name(), "os.system");
}

struct Malicious {
  const char* what;
  std::string body, reason;
};
void PrintTo(const Malicious& one, std::ostream* out) { *out << one.what; }

class MaliciousPickle : public testing::TestWithParam<Malicious> {};

TEST_P(MaliciousPickle, IsRefusedByName) {
  const auto message = pickle_refusal(GetParam().body);
  EXPECT_EQ(message.find("a.ckpt: the pickle at byte "), 0u) << message;
  EXPECT_NE(message.find(GetParam().reason), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    Kinds,
    MaliciousPickle,
    testing::Values(
        Malicious{"call", "cos\nsystem\nU\x02id\x85R.", "calls 'os.system'"},
        Malicious{"eval",
                  "c__builtin__\neval\nU\x01"
                  "1\x85R.",
                  "calls '__builtin__.eval'"},
        Malicious{"getattr", "cbuiltins\ngetattr\n)R.", "calls 'builtins.getattr'"},
        Malicious{"new_object", "csubprocess\nPopen\n)\x81.", "calls 'subprocess.Popen'"},
        Malicious{"storage_by_call", "ctorch\nload\nU\x01x\x85R.", "calls 'torch.load'"},
        Malicious{"state_of_a_class", "cos\n_Environ\n}b.", "sets the state of 'os._Environ'"},
        Malicious{"dotted_name", "ctorch._utils\n_rebuild_tensor_v2.__globals__\n)R.", "__globals__'"},
        Malicious{"instance", "(U\x02idios\nsystem\n.", "opcode INST"},
        Malicious{"object", "(cos\nsystem\nU\x02ido.", "opcode OBJ"},
        Malicious{"stack_global", "U\x02osU\x06system\x93.", "opcode STACK_GLOBAL"},
        Malicious{"extension", "\x82\x01.", "opcode EXT1"},
        Malicious{"old_persistent", "Px\n.", "opcode PERSID"},
        Malicious{"unknown_opcode", "\xff.", "opcode number 255"},
        Malicious{"foreign_persistent", "U\x03hey\x85Q.", "no storage"},
        Malicious{"calls_an_object", "K\x01)R.", "calls what is no class"},
        Malicious{"no_tuple", "ccollections\nOrderedDict\n]R.", "no tuple"},
        Malicious{"bad_pairs",
                  "ccollections\nOrderedDict\n]K\x01"
                  "a\x85R.",
                  "pairs"},
        Malicious{"empty_stack", ".", "more from its stack"},
        Malicious{"below_a_mark", "K\x01(\x85.", "more from its stack"},
        Malicious{"no_mark",
                  "]K\x01"
                  "e.",
                  "misses a mark"},
        Malicious{"append_to_dict",
                  "}K\x01"
                  "a.",
                  "no list"},
        Malicious{"items_of_list", "]K\x01K\x02s.", "no dictionary"},
        Malicious{"odd_items", "}(K\x01u.", "without a value"},
        Malicious{"state_of_a_number", "K\x01}b.", "has none"},
        Malicious{"memo", "h\x07.", "never put away"},
        Malicious{"cut",
                  "X\xff\xff\xff\xff"
                  "abc",
                  "cut short"},
        Malicious{"no_end", "K\x01", "cut short"},
        Malicious{"endless_name", "c" + std::string(5000, 'x'), "without end"},
        Malicious{"other_protocol", "\x80\x04.", "protocol 4"},
        Malicious{"tensor_without_storage", "ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\x00))tR."s,
                  "storage"},
        Malicious{"tensor_without_arguments", "ctorch._utils\n_rebuild_tensor_v2\n)R.", "storage is missing"},
        Malicious{"parameter_of_nothing", "ctorch._utils\n_rebuild_parameter\n(NtR.", "wrong type"}),
    [](const auto& one) { return std::string(one.param.what); });

/// A tensor of storage "0" with these sizes and strides.
std::string tensor(const std::string& size, const std::string& stride) {
  return "ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x01"
         "0U\x03"
         "cpuK\x10tQK\x00"s +
         size + stride + "\x89Nt" + "R.";
}

TEST(Pickle, TensorsAreHeldToTheirForm) {
  const auto pickle = read_pickle(kStart + tensor("K\x02K\x03\x86", "K\x03K\x01\x86"), "a");
  const auto& built = std::get<PickleTensor>(root_of(pickle));
  EXPECT_EQ(built.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(built.strides, (std::vector<int64_t>{3, 1}));
  EXPECT_EQ(std::get<PickleStorage>(pickle.values.at(built.storage)).type, "FloatStorage");
  EXPECT_NE(pickle_refusal(tensor("K\x02\x85", "K\x03K\x01\x86")).find("1 sizes but 2 strides"), std::string::npos);
  EXPECT_NE(pickle_refusal(tensor("J\xff\xff\xff\xff\x85", "K\x01\x85")).find("no count"), std::string::npos);
  std::string many = "(";
  for (int i = 0; i < 17; ++i) many += "K\x01";
  EXPECT_NE(pickle_refusal(tensor(many + "t", "K\x01\x85")).find("17 dimensions"), std::string::npos);
}

/// `opcodes` repeated after `begin`, until the pickle has about a million bytes.
std::string repeated(const std::string& begin, const std::string& opcodes) {
  std::string body = begin;
  while (body.size() < 1'000'000) body += opcodes;
  return body + ".";
}

TEST(Pickle, GrowthIsBoundedAndQuick) {
  const auto start = std::chrono::steady_clock::now();
  std::string pairs = "ccollections\nOrderedDict\nq\x01](";
  for (int i = 0; i < 10'000; ++i) pairs += "K\x01K\x02\x86";
  pairs += "eq\x02";
  EXPECT_NE(pickle_refusal(repeated(pairs, "h\x01h\x02\x85R")).find("copies more than"), std::string::npos);
  EXPECT_NE(pickle_refusal(std::string(3'000'000, ')')).find("more than 2000000 values"), std::string::npos);
  EXPECT_NE(pickle_refusal(repeated("", "(")).find("more from its stack"), std::string::npos);
  EXPECT_EQ(read_pickle(kStart + repeated("]", "]a"), "many lists").root, 1u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace big
