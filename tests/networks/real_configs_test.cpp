// Names and shapes of the real models' tensors, ours against diffusers' (tests/parity/real_configs.py).
#include <gtest/gtest.h>

#include "big/core/text.h"
#include "big/networks/without_memory.h"
#include "tiny_networks.h"

namespace big {
namespace {

using Shapes = std::map<std::string, std::vector<int64_t>>;

template <class Network, class Config>
Shapes shapes_of(const Json& config) {
  const WithoutMemory no_memory;
  Shapes shapes;
  for (const auto& [name, tensor] : state_dict(*Network(Config::from_json(config, "config.json"))))
    shapes[name] = tensor.sizes().vec();
  return shapes;
}

Shapes our_shapes(const std::string& part, const Json& config) {
  if (part == "unet") return shapes_of<UNet2DCondition, UNet2DConditionConfig>(config);
  if (part == "vae") return shapes_of<AutoencoderKL, AutoencoderKLConfig>(config);
  return shapes_of<ClipTextModel, ClipTextConfig>(config);
}

/// Names that one side alone has or that differ in shape.
std::vector<std::string> differences(const Shapes& ours, const Shapes& theirs) {
  std::vector<std::string> found;
  for (const auto& [name, shape] : theirs)
    if (!ours.count(name) || ours.at(name) != shape) found.push_back(name);
  for (const auto& [name, shape] : ours)
    if (!theirs.count(name)) found.push_back(name);
  return found;
}

Json real_configs() { return read_json(references("sdxl") / "real_configs.json"); }

TEST(RealConfigs, GiveTheTensorsOfDiffusers) {
  size_t parts = 0;
  const Json models = real_configs();
  for (const auto& [model, described] : models.items()) {
    for (const auto& [part, reference] : described.items()) {
      const auto theirs = reference.at("tensors").get<Shapes>();
      const auto found = differences(our_shapes(part, reference.at("config")), theirs);
      EXPECT_TRUE(found.empty()) << model << " " << part << ": " << found.size()
                                 << " differ: " << join(found, ", ").substr(0, 1000);
      EXPECT_GT(theirs.size(), 100u);
      ++parts;
    }
  }
  EXPECT_EQ(parts, 11u);
}

TEST(RealConfigs, AnotherDepthOrWidthIsNoticed) {
  const Json sdxl = real_configs().at("sdxl").at("unet");
  const auto theirs = sdxl.at("tensors").get<Shapes>();
  Json shallow = sdxl.at("config"), narrow = sdxl.at("config");
  shallow["transformer_layers_per_block"] = {1, 2, 9};
  narrow["projection_class_embeddings_input_dim"] = 2560;
  EXPECT_FALSE(differences(our_shapes("unet", shallow), theirs).empty());
  EXPECT_EQ(differences(our_shapes("unet", narrow), theirs),
            std::vector<std::string>{"add_embedding.linear_1.weight"});
}

}  // namespace
}  // namespace big
