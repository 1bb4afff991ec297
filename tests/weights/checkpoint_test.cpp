// Files of torch.save (tests/parity/single_files.py), and some that it would never write.
#include "big/weights/checkpoint.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <fstream>
#include <random>

#include "big/core/error.h"
#include "big/weights/safetensors.h"
#include "checkpoint_contents.h"
#include "raw_file.h"
#include "raw_zip.h"
#include "support/error_of.h"
#include "support/parity.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

fs::path pickle_file(const std::string& name) { return references("sd1") / "pickles" / (name + ".pt"); }

bool same_bits(const torch::Tensor& a, const torch::Tensor& b) {
  return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() &&
         torch::equal(a.contiguous().view({-1}).view(torch::kUInt8),
                      b.contiguous().view({-1}).view(torch::kUInt8));
}

TEST(Checkpoint, ReadsEveryFormThatTorchSaves) {
  const SafetensorsFile expected(references("sd1") / "pickles.safetensors");
  size_t seen = 0;
  for (const auto& [path, entry] : expected.entries()) {
    const size_t dot = path.find('.');
    const CheckpointFile file(pickle_file(path.substr(0, dot)));
    std::string name = path.substr(dot + 1);
    ASSERT_TRUE(file.has(name)) << path;
    EXPECT_TRUE(same_bits(file.tensor(name), expected.tensor(path))) << path;
    ++seen;
  }
  EXPECT_GE(seen, 28u);
}

TEST(Checkpoint, HoldsNothingBesideTheTensors) {
  EXPECT_EQ(CheckpointFile(pickle_file("state_dict_inside")).entries().size(), 1u);
  EXPECT_EQ(CheckpointFile(pickle_file("module")).entries().size(), 2u);
  const CheckpointFile embedding(pickle_file("embedding"));
  EXPECT_EQ(embedding.entries().size(), 1u);
  EXPECT_EQ(embedding.metadata(), (std::map<std::string, std::string>{{"name", "cat"}, {"step", "3"}}));
}

TEST(Checkpoint, TensorsOfOneStorageShareTheirMemory) {
  const CheckpointFile file(pickle_file("views"));
  file.tensor("whole").fill_(7);
  for (const char* name : {"row", "column", "transposed", "part", "scalar"})
    EXPECT_TRUE((file.tensor(name) == 7).all().item<bool>()) << name;
  EXPECT_NE(CheckpointFile(pickle_file("views")).tensor("row")[0].item<float>(), 7)
      << "the file was written to";
}

TEST(Checkpoint, PassesOverATrainingFrameworksClasses) {
  const auto file = open_tensor_file(references("sd1") / "single.ckpt");
  EXPECT_EQ(file->metadata().at("global_step"), "470000");
  EXPECT_EQ(file->metadata().at("negative"), "-5");
  EXPECT_EQ(file->metadata().at("pytorch-lightning_version"), "1.4.2");
  EXPECT_FALSE(file->metadata().count("huge"));
  EXPECT_TRUE(file->has("model_ema.decay"));
  EXPECT_FALSE(file->has("exp_avg"));
}

TEST(Checkpoint, RefusesTheRestWithAReason) {
  const std::map<std::string, std::string> reasons = {{"legacy", "old format"},
                                                      {"list", "no dictionary"},
                                                      {"unknown", "'somewhere.Unknown'"},
                                                      {"complex", "ComplexFloatStorage"},
                                                      {"expanded", "repeats its 1 elements"},
                                                      {"protocol", "pickle_protocol=2"}};
  for (const auto& [name, reason] : reasons) {
    const auto message = error_of<InputError>([&] { open_tensor_file(pickle_file(name)); });
    EXPECT_NE(message.find(name + ".pt: "), std::string::npos) << message;
    EXPECT_NE(message.find(reason), std::string::npos) << message;
  }
}

/// {"a": a tensor of the archive's one storage}.
std::string one_tensor(const std::string& offset, const std::string& size, const std::string& stride) {
  using namespace std::string_literals;
  return "\x80\x02}U\x01"
         "actorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x01"
         "0U\x03"
         "cpuK\x10tQ"s +
         offset + size + stride + "\x89NtRs.";
}

TEST(Checkpoint, TensorsStayWithinTheirBytes) {
  using namespace std::string_literals;
  const auto read = [](const std::string& pickle) {
    return read_checkpoint(raw_checkpoint(pickle), "a.ckpt");
  };
  EXPECT_EQ(read(one_tensor("K\x04", "K\x0c\x85", "K\x01\x85")).entries.at("a").shape,
            std::vector<int64_t>{12});
  EXPECT_EQ(read(one_tensor("K\x0f", "K\x01\x85", "J\xff\xff\xff\x7f\x85")).entries.size(), 1u);
  const std::string huge = "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f";
  for (const auto& pickle :
       {one_tensor("K\x05", "K\x0c\x85", "K\x01\x85"), one_tensor("K\x00"s, "K\x11\x85", "K\x01\x85"),
        one_tensor("K\x00"s, "K\x04K\x04\x86", "K\x05K\x01\x86"), one_tensor(huge, "K\x01\x85", "K\x01\x85"),
        one_tensor("K\x00"s, huge + "\x85", "K\x01\x85"), one_tensor("K\x00"s, "K\x03\x85", huge + "\x85"),
        one_tensor("K\x00"s, huge + huge + "\x86", "K\x00K\x00\x86"s)}) {
    const auto message = error_of<InputError>([&] { read(pickle); });
    EXPECT_NE(message.find("a.ckpt: tensor 'a' of shape"), std::string::npos) << message;
  }
  const auto missing = error_of<InputError>([&] {
    read_checkpoint(raw_zip({{"archive/data.pkl", one_tensor("K\x00"s, "K\x01\x85", "K\x01\x85")}}),
                    "a.ckpt");
  });
  EXPECT_NE(missing.find("'data/0', which is missing"), std::string::npos) << missing;
}

TEST(Checkpoint, RefusesOtherArchives) {
  const auto reason = [](const std::string& archive) {
    return error_of<InputError>([&] { read_checkpoint(archive, "a"); });
  };
  EXPECT_NE(reason(raw_zip({{"photos/1.png", "x"}})).find("without data.pkl"), std::string::npos);
  EXPECT_NE(reason(raw_zip({{"m/data.pkl", "x"}, {"m/constants.pkl", "x"}})).find("TorchScript"),
            std::string::npos);
  EXPECT_NE(reason(raw_zip({{"m/data.pkl", "x"}, {"m/byteorder", "big"}})).find("big-endian"),
            std::string::npos);
}

TEST(Checkpoint, DictionariesWithoutEndAreRefused) {
  using namespace std::string_literals;
  // d = {}; d["a"] = d
  const auto cycle = error_of<InputError>([] {
    read_checkpoint(raw_checkpoint("\x80\x02}q\x01U\x01"
                                   "ah\x01s."s),
                    "a");
  });
  EXPECT_NE(cycle.find("nested too deeply"), std::string::npos) << cycle;
  // Ten dictionaries, each twenty times in the one before.
  std::string laughs = "\x80\x02}";
  for (int level = 0; level < 8; ++level) {
    laughs += "q\x01}";
    for (int i = 0; i < 20; ++i) laughs += "U\x01"s + static_cast<char>('a' + i) + "h\x01s";
  }
  const auto many = error_of<InputError>([&] { read_checkpoint(raw_checkpoint(laughs + "."), "a"); });
  EXPECT_NE(many.find("hold too much"), std::string::npos) << many;
}

TEST(Checkpoint, MutantsAreReadOrRefusedButNeverCrash) {
  const std::string whole = read_bytes(pickle_file("embedding"));
  const TempDir folder;
  std::mt19937 random(4);
  constexpr int kMutants = 3000;
  int refused = 0;
  for (int i = 0; i < kMutants; ++i) {
    std::string bytes = whole;
    for (size_t changes = 1 + random() % 4; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    const auto path = folder.path() / (std::to_string(i) + ".ckpt");
    std::ofstream(path, std::ios::binary) << bytes;
    try {
      const auto file = open_tensor_file(path);
      for (const auto& [name, entry] : file->entries()) file->tensor(name).contiguous();
    } catch (const InputError&) {
      ++refused;
    }
    fs::remove(path);
  }
  EXPECT_GT(refused, kMutants / 10);
  EXPECT_LT(refused, kMutants);
}

}  // namespace
}  // namespace big
