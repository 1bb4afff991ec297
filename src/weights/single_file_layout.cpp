#include "single_file_layout.h"

#include <array>

#include "big/core/error.h"
#include "big/core/text.h"
#include "single_file_names.h"

namespace big {
namespace {

constexpr const char* kVaePrefix = "first_stage_model.";

enum class TextNames { kClip, kOpenClip };

/// A place for a text encoder. Of one part's places the first is preferred.
struct TextPlace {
  const char* part;
  const char* prefix;
  TextNames names;
};

constexpr TextPlace kSd1{"text_encoder", "cond_stage_model.transformer.", TextNames::kClip};
constexpr TextPlace kSd2{"text_encoder", "cond_stage_model.model.", TextNames::kOpenClip};
constexpr TextPlace kXlFirst{"text_encoder", "conditioner.embedders.0.transformer.", TextNames::kClip};
constexpr TextPlace kXlSecond{"text_encoder_2", "conditioner.embedders.1.model.", TextNames::kOpenClip};
constexpr TextPlace kRefiner{"text_encoder_2", "conditioner.embedders.0.model.", TextNames::kOpenClip};
constexpr std::array kTextPlaces = {kSd1, kSd2, kXlFirst, kXlSecond, kRefiner};

NameTable clip_names() {
  NameTable table;
  table.add("text_model", "text_model");
  // As some old files and the transformers of today say it.
  for (const std::string part : {"embeddings", "encoder", "final_layer_norm"})
    table.accept("text_model." + part, part);
  return table;
}

PartLayout text_layout(const TextPlace& place, const ModelConfigs& configs, const std::string& where) {
  if (place.names == TextNames::kClip) return {place.part, place.prefix, clip_names(), UnknownNames::kExtra};
  return {place.part, place.prefix, open_clip_names(configs.at(place.part), where), UnknownNames::kExtra};
}

/// UNet and VAE, which have one place each.
std::vector<PartLayout> picture_layouts(const ModelConfigs& configs, const std::string& where) {
  std::vector<PartLayout> layouts;
  if (const auto unet = configs.find("unet"); unet != configs.end())
    layouts.push_back({"unet", kUNetPrefix, unet_names(unet->second, where + ": unet")});
  if (const auto vae = configs.find("vae"); vae != configs.end())
    layouts.push_back({"vae", kVaePrefix, vae_names(vae->second, where + ": vae")});
  return layouts;
}

bool has_prefix(const TensorFile& file, const std::string& prefix) {
  const auto found = file.entries().lower_bound(prefix);
  return found != file.entries().end() && found->first.starts_with(prefix);
}

}  // namespace

std::vector<PartLayout> layouts_in_file(const ModelConfigs& configs, const TensorFile& file) {
  const std::string where = file.path().string();
  auto layouts = picture_layouts(configs, where);
  for (const std::string part : {"text_encoder", "text_encoder_2"}) {
    if (configs.count(part) == 0) continue;
    for (const TextPlace& place : kTextPlaces) {
      if (place.part != part || !has_prefix(file, place.prefix)) continue;
      layouts.push_back(text_layout(place, configs, where));
      break;
    }
  }
  return layouts;
}

std::vector<PartLayout> layouts_to_write(const ModelConfigs& configs, const std::string& where) {
  auto layouts = picture_layouts(configs, where);
  const auto first = configs.find("text_encoder");
  const bool second = configs.count("text_encoder_2") != 0;
  if (first == configs.end() && !second) throw InputError(where + ": has no text encoder");
  if (first != configs.end()) {
    const bool gelu =
        first->second.value("hidden_act", Json()) == "gelu";  // OpenCLIP's; OpenAI's is quick_gelu
    layouts.push_back(text_layout(second ? kXlFirst : gelu ? kSd2 : kSd1, configs, where));
  }
  if (second) layouts.push_back(text_layout(first == configs.end() ? kRefiner : kXlSecond, configs, where));
  return layouts;
}

}  // namespace big
