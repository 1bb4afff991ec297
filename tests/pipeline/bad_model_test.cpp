// What people have on their disks instead of a model: each is refused with what and where, exit 3, before
// anything large is allocated.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <torch/types.h>

#include <fstream>
#include <limits>

#include "big/core/error.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/pipeline/text_to_image.h"
#include "big/weights/state_dict.h"
#include "references.h"
#include "support/link_tree.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

const std::string kUnet = "unet/diffusion_pytorch_model.safetensors";
const std::string kText = "text_encoder/model.safetensors";

/// A tiny model of links, of which a test replaces files.
class BadModel : public testing::Test {
 protected:
  BadModel() : folder_(temp_.path() / "model") { link_tree(test::references("sd1") / "model", folder_); }

  void put(const std::string& file, const std::string& bytes) {
    fs::remove_all(folder_ / file);
    std::ofstream(folder_ / file, std::ios::binary) << bytes;
  }

  void edit(const std::string& file, const std::function<void(Json&)>& change) {
    auto json = read_json(folder_ / file);
    change(json);
    put(file, json.dump());
  }

  /// Writes the tensors of a weight file anew, changed.
  void edit_weights(const std::string& file, const std::function<void(NamedTensors&)>& change) {
    NamedTensors tensors;
    const SafetensorsFile stored(folder_ / file);
    for (const auto& [name, entry] : stored.entries())
      tensors.emplace_back(name, stored.tensor(name).clone());
    change(tensors);
    fs::remove(folder_ / file);
    write_safetensors(folder_ / file, tensors);
  }

  std::string bytes_of(const std::string& file) {
    std::ifstream in(folder_ / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// load_model throws an error of exit code 3 that holds all of these words.
  void expect_refused(const std::vector<std::string>& words) {
    try {
      load_model(folder_);
      ADD_FAILURE() << "was loaded";
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), 3) << error.what();
      for (const auto& word : words)
        EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << word << " in: " << error.what();
    }
  }

  TempDir temp_;
  fs::path folder_;
};

TEST_F(BadModel, TheFirstTenOfManyTensorsAreNamedAndTheRestCounted) {
  edit_weights(kUnet, [](NamedTensors& tensors) { tensors.resize(tensors.size() / 2); });
  expect_refused({kUnet, "missing: ", " more", "an incomplete file?"});
}

TEST_F(BadModel, AnInpaintingModelIsGuessed) {
  edit_weights(kUnet, [](NamedTensors& tensors) {
    for (auto& [name, tensor] : tensors)
      if (name == "conv_in.weight") tensor = torch::zeros({tensor.size(0), 9, 3, 3});
  });
  expect_refused({kUnet, "'conv_in.weight' is [32,9,3,3], expected [32,4,3,3]", "an inpainting model?"});
}

TEST_F(BadModel, SdxlIsGuessedWhereAnotherWasExpected) {
  edit_weights(kUnet, [](NamedTensors& tensors) {
    tensors.emplace_back("add_embedding.linear_1.weight", torch::zeros({8, 8}));
  });
  expect_refused({kUnet, "not expected: add_embedding.linear_1.weight", "SDXL"});
}

TEST_F(BadModel, FilesOfAnotherKindAreNamed) {
  const std::vector<std::pair<std::string, std::string>> kinds = {
      {"<!DOCTYPE html><html><body>404</body></html>", "an HTML page: a failed download?"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3438167540\n", "a Git LFS pointer"},
      {"Entry not found", "a text: a failed download?"},
      {std::string("PK\x03\x04", 4) + std::string(40, '\0'), "the zip archive"},
      {std::string(1000, '\0'), "zeros"},
      {"", "is empty"},
      {"abc", "safetensors file"}};
  for (const auto& [bytes, kind] : kinds) {
    SCOPED_TRACE(kind);
    put(kUnet, bytes);
    expect_refused({kUnet, kind});
  }
  put("unet/config.json", kinds[1].first);
  expect_refused({"unet/config.json", "a Git LFS pointer"});
  put("unet/config.json", "");
  expect_refused({"unet/config.json", "empty"});
}

TEST_F(BadModel, CutFilesAreRefusedWhereverTheyEnd) {
  const std::string whole = bytes_of(kText);
  for (const size_t size : {size_t{4}, size_t{9}, size_t{200}, whole.size() / 2, whole.size() - 1}) {
    put(kText, whole.substr(0, size));
    expect_refused({kText});
  }
}

TEST_F(BadModel, HeadersThatAskForTooMuchAreRefused) {
  const auto with_header = [](uint64_t length, const std::string& header) {
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header;
  };
  put(kUnet, with_header(uint64_t{1} << 60, "{}      "));
  expect_refused({kUnet, "1152921504606846976 bytes"});
  const std::string overlap =
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})";
  put(kUnet, with_header(overlap.size(), overlap) + std::string(12, '\0'));
  expect_refused({kUnet, "overlap"});
  const std::string reversed = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})";
  put(kUnet, with_header(reversed.size(), reversed) + std::string(8, '\0'));
  expect_refused({kUnet, "8 to 0"});
}

TEST_F(BadModel, WhatIsNoFileIsRefusedAndNeverWaitedFor) {
  for (const std::string& file :
       {kUnet, std::string("unet/config.json"), std::string("tokenizer/vocab.json"),
        std::string("scheduler/scheduler_config.json"), std::string("model_index.json")}) {
    SCOPED_TRACE(file);
    const std::string bytes = bytes_of(file);
    fs::remove(folder_ / file);
    ASSERT_EQ(::mkfifo((folder_ / file).c_str(), 0600), 0);
    expect_refused({file, "is no regular file"});
    fs::remove(folder_ / file);
    fs::create_directories(folder_ / file);
    expect_refused({file, "is no regular file"});
    put(file, bytes);
  }
}

TEST_F(BadModel, IndexesThatLeadNowhereAreRefused) {
  const std::string index = "unet/diffusion_pytorch_model.safetensors.index.json";
  fs::remove(folder_ / kUnet);
  expect_refused({kUnet, "is missing"});
  const std::vector<std::pair<std::string, std::string>> indexes = {
      {R"({"weight_map":{"a":"diffusion_pytorch_model.safetensors.index.json"}})",
       "'a' names no .safetensors file"},
      {R"({"weight_map":{"a":"../unet/x.safetensors"}})", "'a' names no .safetensors file"},
      {R"({"weight_map":{"a":"x.safetensors"}})", "x.safetensors: is missing"},
      {R"({"weight_map":[]})", "'weight_map' is missing or empty"},
      {"[]", "'weight_map' is missing or empty"}};
  for (const auto& [json, reason] : indexes) {
    put(index, json);
    expect_refused({"unet/", reason});
  }
  // An index that is its own shard by a link.
  put(index, R"({"weight_map":{"a":"x.safetensors"}})");
  fs::create_symlink(folder_ / index, folder_ / "unet/x.safetensors");
  expect_refused({"x.safetensors", "is no safetensors file but a JSON text"});
}

TEST_F(BadModel, LinksInACircleAreRefused) {
  fs::remove(folder_ / kUnet);
  fs::create_symlink(folder_ / kUnet, folder_ / kUnet);
  EXPECT_ANY_THROW(load_model(folder_));
  put("model_index.json",
      R"({"_class_name":"model_index.json","unet":["model_index.json","model_index.json"]})");
  expect_refused({"model_index.json"});
}

/// The most memory that this process has held, in KiB.
int64_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST_F(BadModel, AbsurdSizesAreRefusedBeforeAnythingIsAllocated) {
  const int64_t before = peak_memory();
  const std::vector<std::pair<std::string, std::function<void(Json&)>>> edits = {
      {"unet/config.json",
       [](Json& json) {
         json["block_out_channels"] = {int64_t{1} << 40, 64, 64, 64};
       }},
      {"unet/config.json",
       [](Json& json) {
         json["block_out_channels"] = {16384, 16384, 16384, 16384};
       }},
      {"unet/config.json",
       [](Json& json) {
         json["layers_per_block"] = 128;
         json["transformer_layers_per_block"] = 128;
         json["block_out_channels"] = {2048, 2048, 2048, 2048};
       }},
      {"unet/config.json",
       [](Json& json) {
         json["layers_per_block"] = 128;
         json["transformer_layers_per_block"] = 128;
         json["block_out_channels"] = {8, 8, 8, 8};
       }},
      {"unet/config.json",
       [](Json& json) { json["cross_attention_dim"] = std::numeric_limits<uint64_t>::max(); }},
      {"vae/config.json",
       [](Json& json) {
         json["block_out_channels"] = {16384, 16384, 16384, 16384};
       }},
      {"vae/config.json", [](Json& json) { json["layers_per_block"] = int64_t{1} << 62; }},
      {"text_encoder/config.json", [](Json& json) { json["hidden_size"] = 16384; }},
      {"text_encoder/config.json", [](Json& json) { json["vocab_size"] = int64_t{1} << 40; }},
      {"scheduler/scheduler_config.json",
       [](Json& json) { json["num_train_timesteps"] = int64_t{1} << 40; }}};
  for (const auto& [file, change] : edits) {
    const std::string bytes = bytes_of(file);
    edit(file, change);
    SCOPED_TRACE(bytes_of(file));
    expect_refused({file});
    put(file, bytes);
  }
  EXPECT_LT(peak_memory() - before, 512 * 1024);
}

TEST_F(BadModel, NumbersThatAreNoneInAConfigAreRefused) {
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"unet/config.json", R"({"norm_eps": NaN})"},
      {"vae/config.json", R"({"scaling_factor": Infinity})"},
      {"vae/config.json", R"({"scaling_factor": 1e999})"},
      {"scheduler/scheduler_config.json", R"({"beta_start": NaN})"},
      {"scheduler/scheduler_config.json", R"({"beta_end": 2})"},
      {"scheduler/scheduler_config.json", R"({"trained_betas": [0.1, 7]})"},
      {"scheduler/scheduler_config.json", R"({"steps_offset": 9223372036854775807})"}};
  for (const auto& [file, text] : texts) {
    const std::string bytes = bytes_of(file);
    put(file, text);
    SCOPED_TRACE(text);
    expect_refused({file});
    put(file, bytes);
  }
}

/// Loading reads no weights: what is wrong in them shows when they are used.
class BadNumbers : public BadModel {
 protected:
  std::string drawing_error(torch::ScalarType dtype, int exit_code) {
    auto model = load_model(folder_, {torch::kCPU, dtype});
    GenerateOptions options;
    options.prompt = "a dog";
    options.num_images = 1;
    options.num_inference_steps = 2;
    int drawn = 0;
    try {
      generate(model, options, [&](int64_t, Image) { ++drawn; });
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), exit_code);
      EXPECT_EQ(drawn, 0);
      return error.what();
    }
    return "no error";
  }
  void spoil(const std::string& file, const std::string& tensor, double value) {
    edit_weights(file, [&](NamedTensors& tensors) {
      for (auto& [name, values] : tensors)
        if (name == tensor) values.flatten()[0] = value;
    });
  }
};

TEST_F(BadNumbers, WeightsOfNanAndInfinityAreNamedAndDrawNoPicture) {
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
  spoil(kUnet, "conv_in.bias", nan);
  const auto in_unet = drawing_error(torch::kFloat32, 3);
  EXPECT_NE(in_unet.find("unet: 'conv_in.bias' holds values that are no finite numbers"), std::string::npos)
      << in_unet;
  spoil(kUnet, "conv_in.bias", 0);
  spoil("vae/diffusion_pytorch_model.safetensors", "decoder.conv_out.bias", infinity);
  const auto in_vae = drawing_error(torch::kFloat32, 3);
  EXPECT_NE(in_vae.find("vae: 'decoder.conv_out.bias'"), std::string::npos) << in_vae;
}

TEST_F(BadNumbers, FiniteWeightsThatMakeThemAreSuspected) {
  // They leave fp32's range on the way; in half precision such pictures are drawn again in fp32 first.
  edit_weights(kUnet, [](NamedTensors& tensors) {
    for (auto& [name, values] : tensors)
      if (name == "conv_out.weight") values.fill_(3e38);
  });
  const auto error = drawing_error(torch::kFloat32, 3);
  EXPECT_NE(error.find("every weight is finite"), std::string::npos) << error;
}

}  // namespace
}  // namespace big
