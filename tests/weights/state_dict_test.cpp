#include "big/weights/state_dict.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <fstream>

#include "big/core/error.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

/// A module with the tensors of one layer.
struct Layer : Module {
  explicit Layer(const std::vector<int64_t>& weight_shape) {
    const auto options = torch::TensorOptions().requires_grad(true);
    register_parameter("weight", torch::rand(weight_shape, options));
    register_parameter("bias", torch::rand({weight_shape.front()}, options));
  }
};

std::shared_ptr<Layer> layer(const std::vector<int64_t>& weight_shape) {
  return std::make_shared<Layer>(weight_shape);
}

/// first.weight [3,2], first.bias [3], norm.weight [3], norm.bias [3].
struct SmallImpl : Module {
  SmallImpl() {
    register_module("first", layer({3, 2}));
    register_module("norm", layer({3}));
  }
};

std::shared_ptr<SmallImpl> small() { return std::make_shared<SmallImpl>(); }

/// A module whose one layer has the path `name`.
std::shared_ptr<Module> nested(const std::vector<std::string>& path, std::shared_ptr<Layer> layer) {
  auto root = std::make_shared<Module>();
  auto at = root;
  for (size_t i = 0; i + 1 < path.size(); ++i)
    at = at->register_module(path[i], std::make_shared<Module>());
  at->register_module(path.back(), layer);
  return root;
}

NamedTensors filled(const Module& module, double value) {
  NamedTensors tensors;
  for (const auto& [name, tensor] : state_dict(module)) {
    tensors.emplace_back(name, torch::full(tensor.sizes(), value, torch::kFloat32));
  }
  return tensors;
}

void expect_all(const Module& module, double value) {
  for (const auto& [name, tensor] : state_dict(module))
    EXPECT_TRUE((tensor == value).all().item<bool>()) << name;
}

class StateDict : public testing::Test {
 protected:
  fs::path write(const NamedTensors& tensors, const std::string& name = "model.safetensors") {
    write_safetensors(folder_.path() / name, tensors);
    return folder_.path() / name;
  }
  std::string refusal(const NamedTensors& tensors) {
    const auto module = small();
    const auto before = module->parameters()[0].clone();
    const SafetensorsFile file(write(tensors));
    const auto message = error_of<InputError>([&] { load_state_dict(*module, file); });
    EXPECT_TRUE(torch::equal(module->parameters()[0], before)) << "half loaded";
    return message;
  }
  TempDir folder_;
};

void expect_words(const std::string& message, const std::vector<std::string>& words) {
  for (const auto& word : words)
    EXPECT_NE(message.find(word), std::string::npos) << word << " in: " << message;
}

TEST_F(StateDict, NamesParametersAndBuffersByTheirPath) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : state_dict(*small())) names.push_back(name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names,
            (std::vector<std::string>{"first.bias", "first.weight", "norm.bias", "norm.weight"}));
}

TEST_F(StateDict, SavesAndLoadsInAnyDtype) {
  const auto saved = small();
  for (const auto dtype : {torch::kFloat32, torch::kFloat16, torch::kBFloat16, torch::kFloat64}) {
    save_weights(*saved, folder_.path() / "model.safetensors", dtype);
    EXPECT_EQ(stored_dtype(folder_.path(), "model"), dtype);
    const auto loaded = small();
    load_weights(*loaded, folder_.path(), "model");
    EXPECT_EQ(loaded->parameters()[0].scalar_type(), torch::kFloat32);
    EXPECT_TRUE(loaded->parameters()[0].requires_grad());
    EXPECT_TRUE(torch::equal(loaded->parameters()[0], saved->parameters()[0].to(dtype).to(torch::kFloat32)));
  }
}

TEST_F(StateDict, KeepsTheTensorsThatAnOptimiserHolds) {
  const auto module = small();
  const auto held = module->parameters();
  const SafetensorsFile file(write(filled(*module, 2)));
  load_state_dict(*module, file);
  for (const auto& tensor : held) EXPECT_TRUE((tensor == 2).all().item<bool>());
}

TEST_F(StateDict, TrainsLoadedWeightsWithoutTouchingTheFile) {
  const auto module = small();
  load_state_dict(*module, SafetensorsFile(write(filled(*module, 2))));
  {
    const torch::NoGradGuard no_grad;
    for (auto& parameter : module->parameters()) parameter.add_(1);
  }
  const auto again = small();
  load_weights(*again, folder_.path(), "model");
  expect_all(*again, 2);
}

TEST_F(StateDict, NamesWhatIsMissingSurplusAndMisshapen) {
  auto tensors = filled(*small(), 1);
  tensors[0] = {tensors[0].first, torch::zeros({3, 5})};
  const auto message = refusal(tensors);
  expect_words(message, {"model.safetensors", "'first.weight' is [3,5], expected [3,2]"});

  tensors = filled(*small(), 1);
  tensors.erase(tensors.begin());
  expect_words(refusal(tensors), {"missing: first.weight", "incomplete"});

  tensors = filled(*small(), 1);
  tensors.emplace_back("first.lora_A.weight", torch::zeros(2));
  expect_words(refusal(tensors), {"not expected: first.lora_A.weight", "LoRA"});
}

TEST_F(StateDict, ShowsTenOfManyAndCountsTheRest) {
  auto tensors = filled(*small(), 1);
  for (int i = 0; i < 25; ++i) tensors.emplace_back(std::to_string(i), torch::zeros(1));
  expect_words(refusal(tensors), {"and 15 more"});
}

TEST_F(StateDict, GuessesAnInpaintingModel) {
  const auto module = nested({"conv_in"}, layer({8, 4, 3, 3}));
  const SafetensorsFile file(
      write({{"conv_in.weight", torch::zeros({8, 9, 3, 3})}, {"conv_in.bias", torch::zeros(8)}}));
  expect_words(error_of<InputError>([&] { load_state_dict(*module, file); }),
               {"'conv_in.weight' is [8,9,3,3], expected [8,4,3,3]", "inpainting"});
}

TEST_F(StateDict, AcceptsTextModelsWithAndWithoutTheirPrefix) {
  const auto module = nested({"text_model", "layer"}, layer({2, 2}));
  for (const std::string prefix : {"", "text_model."}) {
    const double value = prefix.empty() ? 1 : 2;
    const SafetensorsFile file(write({{prefix + "layer.weight", torch::full({2, 2}, value)},
                                      {prefix + "layer.bias", torch::full({2}, value)},
                                      {prefix + "embeddings.position_ids", torch::arange(3)}}));
    load_state_dict(*module, file);
    expect_all(*module, value);
  }
}

TEST_F(StateDict, AcceptsOldNamesAndConvolutionsOfTheAutoencodersAttention) {
  const auto module = nested({"attentions", "0", "to_q"}, layer({2, 2}));
  const SafetensorsFile file(write({{"attentions.0.query.weight", torch::full({2, 2, 1, 1}, 3.0)},
                                    {"attentions.0.query.bias", torch::full({2}, 3.0)}}));
  load_state_dict(*module, file);
  expect_all(*module, 3);

  const auto other = nested({"layer"}, layer({2, 2}));
  const SafetensorsFile wrong(
      write({{"layer.weight", torch::zeros({2, 2, 1, 1})}, {"layer.bias", torch::zeros(2)}}));
  EXPECT_THROW(load_state_dict(*other, wrong), InputError);
}

TEST_F(StateDict, ReadsShardsByTheirIndex) {
  const auto tensors = filled(*small(), 4);
  write({tensors[0], tensors[1]}, "model-00001-of-00002.safetensors");
  write({tensors.begin() + 2, tensors.end()}, "model-00002-of-00002.safetensors");
  const auto index = folder_.path() / "model.safetensors.index.json";
  std::ofstream(index)
      << R"({"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}})";
  const auto module = small();
  load_weights(*module, folder_.path(), "model");
  expect_all(*module, 4);

  fs::remove(folder_.path() / "model-00002-of-00002.safetensors");
  expect_words(error_of<InputError>([&] { load_weights(*module, folder_.path(), "model"); }),
               {"model-00002-of-00002.safetensors", "missing"});
  std::ofstream(index) << R"({"weight_map":{"a":"../elsewhere.safetensors"}})";
  expect_words(error_of<InputError>([&] { load_weights(*module, folder_.path(), "model"); }),
               {"index.json", "'a'"});
  std::ofstream(index) << R"({"weight_map":{}})";
  expect_words(error_of<InputError>([&] { load_weights(*module, folder_.path(), "model"); }), {"weight_map"});
}

TEST_F(StateDict, PrefersFullPrecisionAndExplainsWhatItCannotRead) {
  const auto tensors = filled(*small(), 1);
  expect_words(error_of<InputError>([&] { weight_files(folder_.path(), "model"); }),
               {"model.safetensors", "missing"});
  std::ofstream(folder_.path() / "pytorch_model.bin") << "pickle";
  expect_words(error_of<InputError>([&] { weight_files(folder_.path(), "model"); }),
               {"pytorch_model.bin", "convert"});
  const auto half = write(tensors, "model.fp16.safetensors");
  EXPECT_EQ(weight_files(folder_.path(), "model"), std::vector<fs::path>{half});
  const auto full = write(tensors, "model.safetensors");
  EXPECT_EQ(weight_files(folder_.path(), "model"), std::vector<fs::path>{full});
}

}  // namespace
}  // namespace big
