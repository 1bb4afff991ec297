#include "big/weights/lora_writer.h"

#include <torch/types.h>

#include <algorithm>

#include "big/core/atomic_file.h"
#include "big/core/json.h"
#include "big/core/text.h"
#include "big/weights/safetensors.h"
#include "lora_names.h"
#include "lora_source.h"
#include "sgm_names.h"

namespace big {
namespace {

bool has_part(const LoraTargets& targets, const std::string& part) {
  return std::any_of(targets.begin(), targets.end(), [&](auto& target) { return target.part == part; });
}

/// kohya's names of the layers: "lora_unet_mid_block_attentions_0_proj_in".
class KohyaNames {
 public:
  explicit KohyaNames(const LoraTargets& targets) : two_text_encoders_(has_part(targets, "text_encoder_2")) {
    for (const auto& target : targets) {
      if (!two_text_encoders_ || target.part != "unet") continue;
      std::vector<std::string> paths;
      for (const auto& [path, shape] : target.weights) paths.push_back(path);
      original_ = sgm_names(paths);
    }
  }

  std::string of(const LoraModule& module) const {
    if (module.part == "text_encoder_2") return "lora_te2_" + underscored(module.path);
    if (module.part == "text_encoder") {
      return (two_text_encoders_ ? "lora_te1_" : "lora_te_") + underscored(module.path);
    }
    const auto original = original_.find(module.path);
    return "lora_unet_" + underscored(original == original_.end() ? module.path : original->second);
  }

 private:
  bool two_text_encoders_;
  std::map<std::string, std::string>
      original_;  ///< SDXL: Stability's names, which kohya's trainer uses there
};

void write_kohya(const std::filesystem::path& path,
                 const Lora& lora,
                 const LoraTargets& targets,
                 std::map<std::string, std::string> metadata) {
  const KohyaNames names(targets);
  NamedTensors tensors;
  for (const auto& module : lora.modules) {
    const std::string name = names.of(module);
    tensors.emplace_back(name + ".lora_down.weight", module.down);
    tensors.emplace_back(name + ".lora_up.weight", module.up);
    tensors.emplace_back(name + ".alpha", torch::tensor(module.alpha, torch::kFloat32));
    if (module.mid.defined()) tensors.emplace_back(name + ".lora_mid.weight", module.mid);
    if (module.magnitude.defined()) tensors.emplace_back(name + ".dora_scale", module.magnitude);
  }
  // The hashes are those of the bytes as they lie in the file, as kohya counts them: before they are in it.
  write_safetensors(path, tensors, metadata);
  metadata["sshs_model_hash"] = lora_file_hash(path);
  metadata["sshs_legacy_hash"] = legacy_file_hash(path);
  write_safetensors(path, tensors, metadata);
}

/// [r,in,kh,kw]: `mid` after `down`, for readers that know no `mid`.
torch::Tensor down_with_mid(const LoraModule& module) {
  if (!module.mid.defined()) return module.down;
  const auto mid = module.mid.flatten(2);  // [r,r,kh*kw]
  auto shape = module.mid.sizes().vec();
  shape[1] = module.down.size(1);
  return torch::einsum("opk,pi->oik", {mid, module.down.flatten(1)}).reshape(shape);
}

/// PEFT's magnitudes: [out], of a convolution [1,out,1,1].
torch::Tensor peft_magnitude(const LoraModule& module) {
  if (module.magnitude.size(1) != 1) {
    throw std::invalid_argument(
        concat(module.path, ": magnitudes of inputs can be written in kohya's form only"));
  }
  return module.magnitude.dim() == 4 ? module.magnitude.transpose(0, 1) : module.magnitude.flatten();
}

void write_diffusers(const std::filesystem::path& path,
                     const Lora& lora,
                     const std::map<std::string, std::string>& metadata) {
  NamedTensors tensors;
  for (const auto& module : lora.modules) {
    const std::string name = module.part + "." + module.path;
    const std::string role = module.part == "unet" ? ".lora" : ".lora_linear_layer";
    tensors.emplace_back(name + role + ".down.weight", down_with_mid(module));
    tensors.emplace_back(name + role + ".up.weight",
                         module.up * (module.alpha / static_cast<double>(module.rank())));
    if (module.magnitude.defined()) {
      tensors.emplace_back(name + ".lora_magnitude_vector", peft_magnitude(module));
    }
  }
  write_safetensors(path, tensors, metadata);
}

/// transformers has the layers of a CLIPTextModel without `text_model.` from version 5 on, those of SDXL's second
/// encoder (CLIPTextModelWithProjection) still with it. PEFT passes over keys that name no layer, with a warning.
std::string peft_path(const LoraModule& module) {
  constexpr std::string_view kPrefix = "text_model.";
  const bool is_plain = module.part == "text_encoder" && module.path.starts_with(kPrefix);
  return is_plain ? module.path.substr(kPrefix.size()) : module.path;
}

/// adapter_config.json: the first layer's rank and alpha, and the others' where they differ.
Json peft_config(const std::vector<const LoraModule*>& modules) {
  const auto& first = *modules.front();
  Json config = {{"peft_type", "LORA"},
                 {"r", first.rank()},
                 {"lora_alpha", first.alpha},
                 {"lora_dropout", 0.0},
                 {"bias", "none"},
                 {"fan_in_fan_out", false},
                 {"use_rslora", false},
                 {"use_dora", first.magnitude.defined()},
                 {"inference_mode", true},
                 {"target_modules", Json::array()},
                 {"rank_pattern", Json::object()},
                 {"alpha_pattern", Json::object()}};
  for (const auto* module : modules) {
    const std::string path = peft_path(*module);
    config["target_modules"].push_back(path);
    if (module->rank() != first.rank()) config["rank_pattern"][path] = module->rank();
    if (module->alpha != first.alpha) config["alpha_pattern"][path] = module->alpha;
    if (module->magnitude.defined() != first.magnitude.defined()) {
      throw std::invalid_argument("PEFT's form has magnitudes for all layers of a part or for none");
    }
  }
  return config;
}

void write_peft(const std::filesystem::path& folder,
                const Lora& lora,
                const std::map<std::string, std::string>& metadata) {
  std::map<std::string, std::vector<const LoraModule*>> parts;
  for (const auto& module : lora.modules) parts[module.part].push_back(&module);
  StagedFolder staged(folder);
  for (const auto& [part, modules] : parts) {
    const auto home = parts.size() == 1 ? staged.path() : staged.path() / part;
    NamedTensors tensors;
    for (const auto* module : modules) {
      const std::string name = "base_model.model." + peft_path(*module);
      tensors.emplace_back(name + ".lora_A.weight", down_with_mid(*module));
      tensors.emplace_back(name + ".lora_B.weight", module->up);
      if (module->magnitude.defined()) {
        tensors.emplace_back(name + ".lora_magnitude_vector", peft_magnitude(*module));
      }
    }
    write_safetensors(home / "adapter_model.safetensors", tensors, metadata);
    write_file_atomically(home / "adapter_config.json", peft_config(modules).dump(2) + "\n");
  }
  staged.commit();
}

}  // namespace

void write_lora(const std::filesystem::path& path,
                const Lora& lora,
                LoraFormat format,
                const LoraTargets& targets,
                const std::map<std::string, std::string>& metadata) {
  const torch::NoGradGuard no_grad;
  for (const auto& module : lora.modules) {
    if (module.down_2.defined() || module.outer.defined())
      throw std::invalid_argument(module.path + ": LoHa and LoKr are read, not written");
  }
  switch (format) {
    case LoraFormat::kKohya:
      return write_kohya(path, lora, targets, metadata);
    case LoraFormat::kDiffusers:
      return write_diffusers(path, lora, metadata);
    case LoraFormat::kPeft:
      return write_peft(path, lora, metadata);
  }
}

}  // namespace big
