#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "block_runner.h"
#include "timestep_embedding.h"
#include "tiny_networks.h"

namespace big {
namespace {

constexpr double kTolerance64 = 1e-7, kTolerance32 = 1e-5;

/// What the references of a family hold.
std::vector<std::string> parts_of(const std::string& family) {
  if (family == "refiner") return {"text_encoder_2", "unet", "unet_odd"};
  if (family == "inpaint" || family == "lcm") return {"unet", "unet_odd"};
  std::vector<std::string> parts = {"text_encoder", "unet", "unet_odd", "vae_encode", "vae_decode"};
  if (family == "sdxl") parts.push_back("text_encoder_2");
  return parts;
}

/// Those with a network of their own.
std::vector<std::string> networks_of(const std::string& family) {
  auto parts = parts_of(family);
  std::erase(parts, "unet_odd");
  return parts;
}

/// Ours for a module of a text encoder: transformers 5 leaves `text_model.` out where there is no projection.
std::string our_name(const std::string& part, const std::string& name) {
  return part == "text_encoder" ? "text_model." + name : name;
}

/// The recorded tensors of one part: "<part>/<module>|<what>".
class Recording {
 public:
  Recording(const std::string& family, const std::string& file)
      : file_(references(family) / (file + ".safetensors")) {}

  torch::Tensor get(const std::string& key) const {
    return file_.has(key) ? file_.tensor(key) : torch::Tensor();
  }
  torch::Tensor input(const std::string& part, const std::string& argument) const {
    return file_.tensor(part + "/|in." + argument);
  }
  /// What lies between `prefix` and `suffix` in the keys that have both.
  std::set<std::string> between(const std::string& prefix, const std::string& suffix) const {
    std::set<std::string> names;
    for (const auto& [key, entry] : file_.entries()) {
      const auto end = key.find(suffix);
      if (key.starts_with(prefix) && end != std::string::npos) {
        names.insert(key.substr(prefix.size(), end - prefix.size()));
      }
    }
    return names;
  }
  size_t count(const std::string& prefix) const {
    return std::count_if(file_.entries().begin(), file_.entries().end(),
                         [&](const auto& item) { return item.first.starts_with(prefix); });
  }

 private:
  SafetensorsFile file_;
};

torch::Tensor run_part(TinyNetworks& networks, const std::string& part, const Recording& recording) {
  if (part.starts_with("text_encoder")) {
    auto& encoder = part == "text_encoder" ? networks.text_encoder : networks.text_encoder_2;
    const auto text = encoder->encode(recording.input(part, "ids"));
    return torch::cat({text.last_hidden.flatten(1), text.penultimate().flatten(1), text.pooled}, 1);
  }
  if (part == "vae_decode") return networks.vae->decode(recording.input(part, "latents"));
  if (part == "vae_encode") {
    const auto latents = networks.vae->encode(recording.input(part, "pixels"));
    return torch::cat({latents.mean, latents.std}, 1);
  }
  const auto if_there = [&](const char* name) { return recording.get(part + "/|in." + name); };
  return networks.unet(recording.input(part, "sample"), recording.input(part, "timestep"),
                       recording.input(part, "context"),
                       AddedConditions{if_there("pooled"), if_there("time_ids"), if_there("guidance_scale")});
}

class NetworkParity : public testing::TestWithParam<std::string> {
 protected:
  void expect_parts(torch::ScalarType dtype, const std::string& file, double tolerance) {
    const torch::NoGradGuard no_grad;
    TinyNetworks networks(GetParam(), dtype);
    const Recording recording(GetParam(), file);
    for (const auto& part : parts_of(GetParam())) {
      EXPECT_TRUE(matches(run_part(networks, part, recording), recording.get(part + "/|out"), tolerance))
          << part;
    }
  }

  void expect_blocks(torch::ScalarType dtype, const std::string& file, double tolerance) {
    const torch::NoGradGuard no_grad;
    TinyNetworks networks(GetParam(), dtype);
    const Recording recording(GetParam(), file);
    for (const auto& part : networks_of(GetParam())) {
      expect_blocks_of(part, networks.module(part), recording, tolerance);
    }
  }

 private:
  static void expect_blocks_of(const std::string& part,
                               Module& network,
                               const Recording& recording,
                               double tolerance) {
    const auto named = network.named_modules();
    const std::map<std::string, Module*> modules(named.begin(), named.end());
    size_t compared = 0;
    for (const auto& name : recording.between(part + "/", "|out")) {
      if (name.empty() || name == "time_proj" || name == "add_time_proj") continue;
      const std::string key = part + "/" + name + "|";
      const auto found = modules.find(our_name(part, name));
      ASSERT_NE(found, modules.end()) << key;
      const auto outputs =
          run_block(*found->second, [&](const std::string& arg) { return recording.get(key + "in." + arg); });
      ASSERT_TRUE(outputs) << key << " is of no known type";
      for (size_t i = 0; i < outputs->size(); ++i) {
        auto reference = recording.get(key + "out");
        if (!reference.defined()) reference = recording.get(key + "out." + std::to_string(i));
        ASSERT_TRUE(reference.defined()) << key << i;
        EXPECT_TRUE(matches((*outputs)[i], reference, tolerance)) << key << i;
        ++compared;
      }
    }
    EXPECT_GE(compared, 7u) << part;
  }
};

TEST_P(NetworkParity, WholePartsAreEqualInDouble) {
  expect_parts(torch::kFloat64, "networks_f64", kTolerance64);
}

TEST_P(NetworkParity, WholePartsAreEqualInFloat) {
  expect_parts(torch::kFloat32, "networks_f32", kTolerance32);
}

TEST_P(NetworkParity, EveryBlockIsEqualInDouble) {
  expect_blocks(torch::kFloat64, "networks_f64", kTolerance64);
}

TEST_P(NetworkParity, EveryBlockIsEqualInFloat) {
  expect_blocks(torch::kFloat32, "networks_f32", kTolerance32);
}

TEST_P(NetworkParity, TimestepSinusoidIsEqualBitForBit) {
  const TinyNetworks networks(GetParam(), torch::kFloat32);
  const Recording recording(GetParam(), "networks_f64");
  const auto& config = networks.unet->config;
  const auto expect_equal = [&](const std::string& module, int64_t width) {
    const SinusoidOptions options{
        .width = width, .flip_sin_to_cos = config.flip_sin_to_cos, .freq_shift = config.freq_shift};
    const auto ours = timestep_sinusoid(recording.get("unet/" + module + "|in.timesteps"), options);
    EXPECT_TRUE(torch::equal(ours, recording.get("unet/" + module + "|out"))) << module;
  };
  expect_equal("time_proj", config.block_out_channels[0]);
  if (config.addition_time_embed_dim > 0) expect_equal("add_time_proj", config.addition_time_embed_dim);
}

TEST(GuidanceSinusoid, IsEqualBitForBit) {
  const Recording recording("lcm", "networks_f32");
  const auto reference = recording.get("unet/time_embedding|in.condition");
  const auto ours = guidance_sinusoid(recording.input("unet", "guidance_scale"), reference.size(1));
  EXPECT_TRUE(torch::equal(ours, reference));
}

TEST_P(NetworkParity, GradientsOfAllParametersAreEqualInDouble) {
  TinyNetworks networks(GetParam(), torch::kFloat64);
  const Recording recording(GetParam(), "networks_f64");
  for (const auto& part : networks_of(GetParam())) {
    auto& network = networks.module(part);
    network.zero_grad();
    (run_part(networks, part, recording) * recording.get(part + "/|loss_weight")).sum().backward();

    size_t compared = 0;
    for (const auto& item : network.named_parameters()) {
      const auto name = item.first.substr(our_name(part, "").size());
      const auto reference = recording.get(part + "/|grad." + name);
      ASSERT_EQ(reference.defined(), item.second.grad().defined()) << part << " " << name;
      if (!reference.defined()) continue;  // the other half of the autoencoder
      ++compared;
      if (name.ends_with("k_proj.bias") || name.ends_with("to_k.bias")) {
        // Softmax does not change when all scores of a query do: zero in exact arithmetic, rounding in both
        // libraries.
        EXPECT_LE(item.second.grad().abs().max().item<double>(), 1e-10) << part << " " << name;
        EXPECT_LE(reference.abs().max().item<double>(), 1e-10) << part << " " << name;
      } else {
        EXPECT_TRUE(matches(item.second.grad(), reference, kTolerance64)) << part << " " << name;
      }
    }
    EXPECT_EQ(compared, recording.count(part + "/|grad.")) << part;
  }
}

std::set<std::string> faults_of(const std::string& family) {
  std::set<std::string> faults = {"attention_scale", "norm_epsilon", "sines_first", "swapped_weights",
                                  "tanh_gelu"};
  const auto parts = parts_of(family);
  const auto has = [&](const char* part) {
    return std::find(parts.begin(), parts.end(), part) != parts.end();
  };
  if (has("vae_encode")) faults.insert("padding");
  if (has("text_encoder") || has("text_encoder_2")) faults.insert("pooled_at_start");
  if (family == "sdxl" || family == "refiner") faults.insert({"pooled_of_another", "width_before_height"});
  if (family == "lcm") faults.insert("guidance_off_by_one");
  return faults;
}

TEST_P(NetworkParity, PlantedFaultsAreNoticed) {
  const torch::NoGradGuard no_grad;
  TinyNetworks networks(GetParam(), torch::kFloat64);
  const Recording recording(GetParam(), "networks_f64"), faulty(GetParam(), "networks_faults");
  std::set<std::string> faults;
  for (const auto& part : networks_of(GetParam())) {
    const auto ours = run_part(networks, part, recording);
    ASSERT_TRUE(matches(ours, recording.get(part + "/|out"), kTolerance64)) << part;
    for (const auto& fault : faulty.between("", "/" + part + "|out")) {
      faults.insert(fault);
      const auto reference = faulty.get(fault + "/" + part + "|out");
      EXPECT_FALSE(matches(ours, reference, kTolerance64)) << fault << " goes unnoticed in " << part;
    }
  }
  EXPECT_EQ(faults, faults_of(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Families,
                         NetworkParity,
                         testing::Values("sd1", "sd2", "starter", "sdxl", "refiner", "inpaint", "lcm"),
                         [](const auto& family) { return family.param; });

}  // namespace
}  // namespace big
