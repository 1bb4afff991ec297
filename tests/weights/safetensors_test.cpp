#include "big/weights/safetensors.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <torch/types.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

#include "big/core/error.h"
#include "raw_file.h"
#include "support/error_of.h"
#include "support/parity.h"
#include "support/temp_dir.h"

namespace big {
namespace {

TEST(Safetensors, WritesByteForByteWhatThePythonPackageWrites) {
  const auto path = references("sd1") / "dtypes.safetensors";
  const SafetensorsFile file(path);
  EXPECT_EQ(file.entries().size(), 18u);
  NamedTensors tensors;
  for (const auto& [name, entry] : file.entries()) tensors.emplace_back(name, file.tensor(name));

  const TempDir folder;
  write_safetensors(folder.path() / "ours.safetensors", tensors);
  EXPECT_EQ(read_bytes(folder.path() / "ours.safetensors"), read_bytes(path));
}

TEST(Safetensors, ReadsEveryDtypeOfThePythonPackage) {
  const SafetensorsFile file(references("sd1") / "dtypes.safetensors");
  EXPECT_EQ(file.metadata(), (std::map<std::string, std::string>{{"format", "pt"}}));
  const auto counting = torch::arange(6, torch::kFloat64).reshape({2, 3});
  size_t seen = 0;
  for (const auto& [name, entry] : file.entries()) {
    if (!name.starts_with("values.")) continue;
    const auto expected = name == "values.bool" ? (counting != 0).to(torch::kFloat64) : counting;
    EXPECT_TRUE(torch::equal(file.tensor(name).to(torch::kFloat64), expected)) << name;
    ++seen;
  }
  EXPECT_EQ(seen, 15u);
  EXPECT_EQ(file.tensor("values.float8_e5m2").scalar_type(), torch::kFloat8_e5m2);
  EXPECT_EQ(file.tensor("scalar").dim(), 0);
  EXPECT_EQ(file.tensor("scalar").item<float>(), 2.5f);
  EXPECT_EQ(file.tensor("empty").sizes(), (std::vector<int64_t>{0, 4}));
}

TEST(Safetensors, TensorsOutliveTheFileObjectAndNeverWriteToTheFile) {
  const TempDir folder;
  const auto path = folder.path() / "a.safetensors";
  write_safetensors(path, {{"a", torch::arange(1000, torch::kFloat32)}});
  const auto before = read_bytes(path);
  torch::Tensor tensor;
  {
    const SafetensorsFile file(path);
    tensor = file.tensor("a");
  }
  EXPECT_EQ(tensor[999].item<float>(), 999.0f);
  tensor.fill_(5);
  EXPECT_EQ(tensor[7].item<float>(), 5.0f);
  EXPECT_EQ(read_bytes(path), before);
}

TEST(Safetensors, WritesTransposedTensorsInTheirOwnOrder) {
  const TempDir folder;
  const auto tensor = torch::arange(6, torch::kFloat32).reshape({2, 3}).t();
  write_safetensors(folder.path() / "t.safetensors", {{"t", tensor}});
  EXPECT_TRUE(torch::equal(SafetensorsFile(folder.path() / "t.safetensors").tensor("t"), tensor));
}

TEST(Safetensors, ReadsDataThatIsNotAligned) {
  const TempDir folder;
  const auto values = torch::tensor({1.5f, -2.0f});
  std::string data(8, '\0');
  std::memcpy(data.data(), values.data_ptr(), 8);
  const auto path =
      write_raw(folder.path(), R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} )", data);
  EXPECT_TRUE(torch::equal(SafetensorsFile(path).tensor("a"), values));
}

TEST(Safetensors, LeavesNothingBehindWhenItCannotWrite) {
  const TempDir folder;
  std::filesystem::create_directories(folder.path() / "a.safetensors" / "in the way");
  EXPECT_THROW(write_safetensors(folder.path() / "a.safetensors", {{"a", torch::ones(3)}}), MachineError);
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    files += entry.is_regular_file();
  EXPECT_EQ(files, 0u);
}

TEST(Safetensors, RefusesTwoTensorsOfOneName) {
  const TempDir folder;
  EXPECT_THROW(write_safetensors(folder.path() / "a", {{"a", torch::ones(1)}, {"a", torch::ones(1)}}),
               std::invalid_argument);
}

struct Hostile {
  std::string what, header, data, reason;
};

void PrintTo(const Hostile& hostile, std::ostream* out) { *out << hostile.what; }

class HostileHeader : public testing::TestWithParam<Hostile> {};

TEST_P(HostileHeader, IsRefusedWithFileAndReason) {
  const TempDir folder;
  const auto path = write_raw(folder.path(), GetParam().header, GetParam().data);
  const auto message = error_of<InputError>([&] { SafetensorsFile file(path); });
  EXPECT_NE(message.find(path.string()), std::string::npos) << message;
  EXPECT_NE(message.find(GetParam().reason), std::string::npos) << message;
}

const std::string kFour(4, '\0'), kEight(8, '\0');

INSTANTIATE_TEST_SUITE_P(
    Kinds,
    HostileHeader,
    testing::Values(
        Hostile{
            "overlap",
            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
            kFour, "overlap"},
        Hostile{"gap", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", kEight, "gap"},
        Hostile{"surplus", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", kEight,
                "end at byte 4"},
        Hostile{"reversed", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", kFour, "4 to 0"},
        Hostile{"cut", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", kFour, "cut short"},
        Hostile{
            "beyond",
            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[18446744073709551612,18446744073709551615]}})",
            kFour, "cut short"},
        Hostile{"shape", R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,4]}})", kFour, "does not fit"},
        Hostile{"product", R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,1],"data_offsets":[0,0]}})",
                "", "does not fit"},
        Hostile{
            "zero times huge",
            R"({"a":{"dtype":"F32","shape":[0,4611686018427387904,4611686018427387904],"data_offsets":[0,0]}})",
            "", "does not fit"},
        Hostile{"many dimensions",
                R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})",
                kFour, "impossible shape"},
        Hostile{"negative", R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", kFour, "-1"},
        Hostile{"fraction", R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", kFour, "1.5"},
        Hostile{"not a number", R"({"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}})", kFour,
                "not valid JSON"},
        Hostile{"dtype", R"({"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}})", kFour, "'F33'"},
        Hostile{"no dtype", R"({"a":{"shape":[1],"data_offsets":[0,4]}})", kFour, "lacks"},
        Hostile{"one offset", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", kFour, "lacks"},
        Hostile{"three offsets", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}})", kFour,
                "more than two"},
        Hostile{"foreign key", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}})", kFour,
                "'x'"},
        Hostile{"key twice", R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", kFour,
                "twice"},
        Hostile{
            "name twice",
            R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
            kFour, "twice"},
        Hostile{"nested shape", R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})", kFour,
                "an array"},
        Hostile{"number for a tensor", R"({"a":1})", "", "a number"},
        Hostile{"deep", R"({"a":)" + std::string(100000, '['), "", "an array"},
        Hostile{"metadata of objects", R"({"__metadata__":{"a":{"b":"c"}}})", "", "an object"},
        Hostile{"metadata of numbers", R"({"__metadata__":{"a":1}})", "", "a number"},
        Hostile{"metadata twice", R"({"__metadata__":{},"__metadata__":{}})", "", "twice"},
        Hostile{"array", R"([1,2])", "", "not a safetensors file"},
        Hostile{"rest", R"({} x)", "", "not valid JSON"},
        Hostile{"not UTF-8", "{\"\xff\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", kFour,
                "not valid JSON"},
        Hostile{"unfinished", R"({"a":{"dtype":"F32")", "", "not valid JSON"}),
    [](const auto& kind) {
      std::string name = kind.param.what;
      std::replace_if(
          name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
      return name;
    });

TEST(Safetensors, RefusesLengthsThatTheFileDoesNotHave) {
  const TempDir folder;
  for (const uint64_t length : {uint64_t{1} << 60, ~uint64_t{0}, uint64_t{100'000'001}, uint64_t{3}}) {
    const auto path = folder.path() / "a.safetensors";
    std::ofstream(path, std::ios::binary) << std::string(reinterpret_cast<const char*>(&length), 8) << "{}";
    const auto message = error_of<InputError>([&] { SafetensorsFile file(path); });
    EXPECT_NE(message.find(std::to_string(length)), std::string::npos) << message;
  }
}

TEST(Safetensors, RefusesWhatIsNoFile) {
  const TempDir folder;
  EXPECT_THROW(SafetensorsFile{folder.path()}, InputError);
  EXPECT_THROW(SafetensorsFile{folder.path() / "nowhere"}, InputError);
  std::ofstream(folder.path() / "empty");
  EXPECT_THROW(SafetensorsFile{folder.path() / "empty"}, InputError);
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(SafetensorsFile{folder.path() / "pipe"}, InputError);
}

TEST(OpenTensorFile, AHeadersLengthThatReadsAsAnotherFormatMisleadsNobody) {
  TempDir temp;
  // 0x80 0x02 begins a pickle, "PK" a zip.
  for (const size_t length : {size_t{0x0280}, size_t{0x4B50}}) {
    std::string header = R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    header.resize(length, ' ');
    EXPECT_TRUE(open_tensor_file(write_raw(temp.path(), header, std::string(4, '\0')))->has("x")) << length;
  }
}

}  // namespace
}  // namespace big
