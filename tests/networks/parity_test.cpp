#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "block_runner.h"
#include "timestep_embedding.h"
#include "tiny_networks.h"

namespace big {
namespace {

constexpr double kTolerance64 = 1e-7, kTolerance32 = 1e-5;
const std::vector<std::string> kParts = {"text_encoder", "unet", "unet_odd", "vae_encode", "vae_decode"};

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
  if (part == "text_encoder") return networks.text_encoder(recording.input(part, "ids"));
  if (part == "vae_decode") return networks.vae->decode(recording.input(part, "latents"));
  if (part == "vae_encode") {
    const auto latents = networks.vae->encode(recording.input(part, "pixels"));
    return torch::cat({latents.mean, latents.std}, 1);
  }
  return networks.unet(recording.input(part, "sample"), recording.input(part, "timestep"),
                       recording.input(part, "context"));
}

class NetworkParity : public testing::TestWithParam<std::string> {
 protected:
  void expect_parts(torch::ScalarType dtype, const std::string& file, double tolerance) {
    const torch::NoGradGuard no_grad;
    TinyNetworks networks(GetParam(), dtype);
    const Recording recording(GetParam(), file);
    for (const auto& part : kParts) {
      EXPECT_TRUE(matches(run_part(networks, part, recording), recording.get(part + "/|out"), tolerance))
          << part;
    }
  }

  void expect_blocks(torch::ScalarType dtype, const std::string& file, double tolerance) {
    const torch::NoGradGuard no_grad;
    TinyNetworks networks(GetParam(), dtype);
    const Recording recording(GetParam(), file);
    for (const auto& part : {"text_encoder", "unet", "vae_encode", "vae_decode"}) {
      expect_blocks_of(part, networks.module(part), recording, tolerance);
    }
  }

 private:
  static void expect_blocks_of(const std::string& part,
                               torch::nn::Module& network,
                               const Recording& recording,
                               double tolerance) {
    const auto modules = network.named_modules();
    size_t compared = 0;
    for (const auto& name : recording.between(part + "/", "|out")) {
      if (name.empty() || name == "time_proj") continue;
      const std::string key = part + "/" + name + "|";
      const auto* module = modules.find(part == "text_encoder" ? "text_model." + name : name);
      ASSERT_NE(module, nullptr) << key;
      const auto outputs =
          run_block(**module, [&](const std::string& arg) { return recording.get(key + "in." + arg); });
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
  const SinusoidOptions options{.width = networks.unet->config.block_out_channels[0],
                                .flip_sin_to_cos = networks.unet->config.flip_sin_to_cos,
                                .freq_shift = networks.unet->config.freq_shift};
  const auto ours = timestep_sinusoid(recording.get("unet/time_proj|in.timesteps"), options);
  EXPECT_TRUE(torch::equal(ours, recording.get("unet/time_proj|out")));
}

TEST_P(NetworkParity, GradientsOfAllParametersAreEqualInDouble) {
  TinyNetworks networks(GetParam(), torch::kFloat64);
  const Recording recording(GetParam(), "networks_f64");
  for (const auto& part : {std::string("text_encoder"), std::string("unet"), std::string("vae_encode"),
                           std::string("vae_decode")}) {
    auto& network = networks.module(part);
    network.zero_grad();
    (run_part(networks, part, recording) * recording.get(part + "/|loss_weight")).sum().backward();

    size_t compared = 0;
    for (const auto& item : network.named_parameters()) {
      const auto name =
          part == "text_encoder" ? item.key().substr(std::string("text_model.").size()) : item.key();
      const auto reference = recording.get(part + "/|grad." + name);
      ASSERT_EQ(reference.defined(), item.value().grad().defined()) << part << " " << name;
      if (!reference.defined()) continue;  // the other half of the autoencoder
      ++compared;
      if (name.ends_with("k_proj.bias") || name.ends_with("to_k.bias")) {
        // Softmax does not change when all scores of a query do: zero in exact arithmetic, rounding in both
        // libraries.
        EXPECT_LE(item.value().grad().abs().max().item<double>(), 1e-10) << part << " " << name;
        EXPECT_LE(reference.abs().max().item<double>(), 1e-10) << part << " " << name;
      } else {
        EXPECT_TRUE(matches(item.value().grad(), reference, kTolerance64)) << part << " " << name;
      }
    }
    EXPECT_EQ(compared, recording.count(part + "/|grad.")) << part;
  }
}

TEST_P(NetworkParity, PlantedFaultsAreNoticed) {
  const torch::NoGradGuard no_grad;
  TinyNetworks networks(GetParam(), torch::kFloat64);
  const Recording recording(GetParam(), "networks_f64"), faulty(GetParam(), "networks_faults");
  std::set<std::string> faults;
  for (const auto& part : {"text_encoder", "unet", "vae_encode", "vae_decode"}) {
    const auto ours = run_part(networks, part, recording);
    ASSERT_TRUE(matches(ours, recording.get(std::string(part) + "/|out"), kTolerance64)) << part;
    for (const auto& fault : faulty.between("", std::string("/") + part + "|out")) {
      faults.insert(fault);
      const auto reference = faulty.get(fault + "/" + part + "|out");
      EXPECT_FALSE(matches(ours, reference, kTolerance64)) << fault << " goes unnoticed in " << part;
    }
  }
  EXPECT_EQ(faults, (std::set<std::string>{"attention_scale", "norm_epsilon", "padding", "sines_first",
                                           "swapped_weights", "tanh_gelu"}));
}

INSTANTIATE_TEST_SUITE_P(Families,
                         NetworkParity,
                         testing::Values("sd1", "sd2", "starter"),
                         [](const auto& family) { return family.param; });

}  // namespace
}  // namespace big
