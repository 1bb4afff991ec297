#include "lora_names.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "sgm_names.h"

namespace big {
namespace {

struct Prefix {
  std::string_view text, part;
};

/// What may stand before a layer's name, underscored, and whose layer it then is.
constexpr std::array kPrefixes = {
    // kohya
    Prefix{"lora_unet_", "unet"},
    Prefix{"lora_te_", "text_encoder"},
    Prefix{"lora_te1_", "text_encoder"},
    Prefix{"lora_te2_", "text_encoder_2"},
    // diffusers, and PEFT folders of one part each
    Prefix{"unet_", "unet"},
    Prefix{"text_encoder_", "text_encoder"},
    Prefix{"text_encoder_2_", "text_encoder_2"},
    // LyCORIS
    Prefix{"lycoris_unet_", "unet"},
    Prefix{"lycoris_", "unet"},
    Prefix{"lycoris_te1_", "text_encoder"},
    Prefix{"lycoris_te_", "text_encoder"},
    Prefix{"lycoris_te2_", "text_encoder_2"},
    Prefix{"lycoris_", "text_encoder"},
    // ComfyUI
    Prefix{"diffusion_model_", "unet"},
    Prefix{"model_diffusion_model_", "unet"},
    Prefix{"clip_l_transformer_", "text_encoder"},
    Prefix{"clip_g_transformer_", "text_encoder_2"},
    // PEFT, and attention processors saved alone
    Prefix{"", "unet"},
    Prefix{"", "text_encoder"},
    Prefix{"", "text_encoder_2"},
};

constexpr std::string_view kPeft = "base_model_model_";
constexpr std::string_view kTextModel = "text_model.";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
  return text;
}

std::string_view without_prefix(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

/// Other names of a text encoder's layer: old files of diffusers call its projections as the UNet's; from
/// version 5 on transformers leaves text_model out.
std::vector<std::string> text_aliases(const std::string& path) {
  std::vector<std::string> names = {path};
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kProjections = {{
      {"self_attn.q_proj", "self_attn.to_q"},
      {"self_attn.k_proj", "self_attn.to_k"},
      {"self_attn.v_proj", "self_attn.to_v"},
      {"self_attn.out_proj", "self_attn.to_out"},
  }};
  for (const auto& [ours, old] : kProjections) {
    if (path.ends_with(ours)) names.push_back(replaced(path, ours, old));
  }
  for (size_t i = names.size(); i-- > 0;) {
    if (names[i].starts_with(kTextModel)) names.push_back(names[i].substr(kTextModel.size()));
  }
  return names;
}

}  // namespace

std::string underscored(std::string path) {
  std::replace(path.begin(), path.end(), '.', '_');
  return path;
}

LoraNames::LoraNames(const LoraTargets& targets) {
  for (const auto& target : targets) {
    Names& names = parts_[target.part];
    // Layers under their own names first: no other name of another layer may take one of these.
    for (const auto& [path, shape] : target.weights) {
      names.emplace(underscored(path), Layer{target.part, path, shape});
    }
    const auto enter = [&](const std::string& path, const std::string& alias) {
      names.emplace(underscored(alias), Layer{target.part, path, target.weights.at(path)});
    };
    std::vector<std::string> paths;
    for (const auto& [path, shape] : target.weights) paths.push_back(path);
    if (target.part == "unet") {
      for (const auto& [path, sgm] : sgm_names(paths)) enter(path, sgm);
      for (const auto& path : paths) {
        if (path.ends_with(".to_out.0")) enter(path, path.substr(0, path.size() - 2));
      }
    } else {
      for (const auto& path : paths) {
        for (const auto& alias : text_aliases(path)) enter(path, alias);
      }
    }
  }
}

const LoraNames::Layer* LoraNames::find(const std::string& module) const {
  const std::string name = underscored(replaced(module, ".processor.", "."));
  const std::string_view rest = without_prefix(name, kPeft);
  for (const auto& [text, part] : kPrefixes) {
    const auto names = parts_.find(std::string(part));
    if (names == parts_.end() || !rest.starts_with(text)) continue;
    const auto layer = names->second.find(std::string(without_prefix(rest.substr(text.size()), kPeft)));
    if (layer != names->second.end()) return &layer->second;
  }
  return nullptr;
}

}  // namespace big
