#include <cmath>
#include <map>

#include "big/core/json.h"
#include "big/core/text.h"
#include "big/weights/lora_writer.h"

namespace big {
namespace {

/// The value most of the layers have.
template <class Value>
Value most_frequent(const Lora& lora, Value (*of)(const LoraModule&)) {
  std::map<Value, size_t> counts;
  for (const auto& module : lora.modules) ++counts[of(module)];
  Value best{};
  size_t most = 0;
  for (const auto& [value, count] : counts) {
    if (count > most) best = value;
    most = std::max(most, count);
  }
  return best;
}

bool any_convolution(const Lora& lora) {
  for (const auto& module : lora.modules) {
    if (module.down.dim() == 4 && module.down.size(2) * module.down.size(3) > 1) return true;
    if (module.mid.defined()) return true;
  }
  return false;
}

bool any_magnitude(const Lora& lora) {
  for (const auto& module : lora.modules) {
    if (module.magnitude.defined()) return true;
  }
  return false;
}

/// ModelSpec's name of the base model's architecture.
std::string architecture(const std::string& base_model) {
  if (base_model.starts_with("sdxl")) return "stable-diffusion-xl-v1-base/lora";
  if (base_model.starts_with("sd_v2")) return "stable-diffusion-v2-768-v/lora";
  return "stable-diffusion-v1/lora";
}

}  // namespace

std::map<std::string, std::string> lora_metadata(const Lora& lora, const LoraDescription& description) {
  const auto rank = most_frequent<int64_t>(lora, [](const LoraModule& m) { return m.rank(); });
  const auto alpha = most_frequent<double>(lora, [](const LoraModule& m) { return m.alpha; });
  Json arguments = Json::object();
  if (any_convolution(lora)) arguments["algo"] = "locon";
  if (any_magnitude(lora)) arguments["dora_wd"] = "True";
  const std::string size = std::to_string(description.resolution);

  std::map<std::string, std::string> keys = description.more;
  const auto add = [&](const std::string& key, const std::string& value) {
    if (!value.empty()) keys.emplace(key, value);
  };
  add("format", "pt");
  add("ss_base_model_version", description.base_model);
  add("ss_v2", description.base_model.starts_with("sd_v2") ? "True" : "False");
  // What the web UIs build the layers with: LyCORIS' module knows convolutions and magnitudes.
  add("ss_network_module", arguments.empty() ? "networks.lora" : "lycoris.kohya");
  add("ss_network_dim", std::to_string(rank));
  add("ss_network_alpha", concat(alpha));
  add("ss_network_args", arguments.dump());
  add("ss_output_name", description.title);
  add("ss_sd_model_name", description.base_name);
  add("ss_new_sd_model_hash", description.base_hash);
  add("ss_resolution", concat("(", size, ", ", size, ")"));
  add("modelspec.sai_model_spec", "1.0.1");
  add("modelspec.architecture", architecture(description.base_model));
  add("modelspec.implementation", "https://github.com/Stability-AI/generative-models");
  add("modelspec.title", description.title);
  add("modelspec.resolution", concat(size, "x", size));
  add("modelspec.trigger_phrase", description.trigger_phrase);
  return keys;
}

}  // namespace big
