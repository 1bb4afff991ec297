#include "picture_metadata.h"

#include "big/core/json.h"
#include "big/core/text.h"
#include "typed_number.h"
#include "big/prompts/attention.h"

namespace big {
namespace {

/// The web UIs' short hash: the first ten hex digits.
constexpr size_t kShortHash = 10;
/// Theirs of LoRAs and embeddings.
constexpr size_t kAddonHash = 12;

/// A value as the web UIs' parser wants it: quoted as JSON where it holds what separates values.
std::string quoted_if_needed(const std::string& value) {
  return value.find_first_of(",:\n") == std::string::npos ? value : Json(value).dump();
}

/// `, Lora hashes: "ink: 1234567890ab, sepia: ..."`, or nothing without any.
template <class Applied, class NameOf>
std::string addon_hashes(const std::string& key, const std::vector<Applied>& applied, const NameOf& name_of) {
  std::vector<std::string> parts;
  for (const auto& one : applied) {
    std::string name = name_of(one);
    std::erase_if(name, [](char c) { return c == ':' || c == ','; });
    parts.push_back(concat(name, ": ", one.hash.substr(0, kAddonHash)));
  }
  return parts.empty() ? "" : concat(", ", key, ": ", Json(join(parts, ", ")).dump());
}

/// A prompt as the web UIs read it: their syntax is escaped where it was none.
std::string readable(const std::string& prompt, const GenerateOptions& wish) {
  return wish.prompt_syntax == kPlainSyntax ? escape_attention(prompt) : prompt;
}

std::string parameters_text(const DrawOptions& options,
                            const DrawPlan& plan,
                            const PictureContext& context,
                            const Image& picture,
                            uint64_t seed) {
  const GenerateOptions& wish = options.generate;
  const std::string schedule = schedule_type(context.sampler);
  const PictureSize size = context.first_size.value_or(PictureSize{picture.height, picture.width});
  // As tags, so that the web UIs find the LoRAs again.
  std::string text = readable(plan.prompt_used, wish);
  for (const AppliedLora& lora : context.loras) text += concat(" ", lora_tag(lora.wish));
  text += "\n";
  if (!plan.negative_used.empty()) text += "Negative prompt: " + readable(plan.negative_used, wish) + "\n";
  text += concat("Steps: ", wish.num_inference_steps, ", Sampler: ", sampler_name(context.sampler));
  if (!schedule.empty()) text += ", Schedule type: " + schedule;
  text += concat(", CFG scale: ", typed_number(wish.guidance_scale), ", Seed: ", seed, ", Size: ", size.width,
                 "x", size.height, ", Model hash: ", context.model_hash.substr(0, kShortHash),
                 ", Model: ", quoted_if_needed(plan.model_name));
  if (wish.clip_skip > 0) text += concat(", Clip skip: ", wish.clip_skip);
  if (wish.eta >= 0)
    text += concat(context.sampler.kind == SamplerKind::kDdim ? ", Eta DDIM: " : ", Eta: ",
                   typed_number(wish.eta));
  if (wish.guidance_rescale > 0) text += ", CFG Rescale: " + typed_number(wish.guidance_rescale);
  text += start_parameters(wish);
  // Without this key the web UIs take the noise for their GPU's; NV is a GPU's made on the CPU.
  text += parse_noise_source(wish.rng) == NoiseSource::kPhilox ? ", RNG: NV" : ", RNG: CPU";
  text += addon_hashes("Lora hashes", context.loras, [](const AppliedLora& lora) { return lora.wish.name; });
  text += addon_hashes("TI hashes", context.embeddings, [](const AppliedEmbedding& one) { return one.name; });
  return text + ", Version: BIG " + options.program_version;
}

/// The settings that draw this one picture again.
OrderedJson own_settings(const DrawOptions& options, uint64_t seed) {
  OrderedJson settings = options.settings;
  if (settings.contains("seed")) settings["seed"] = seed;
  return settings;
}

std::string big_text(const DrawOptions& options,
                     const DrawPlan& plan,
                     const PictureContext& context,
                     uint64_t seed) {
  OrderedJson subjects = OrderedJson::array();
  for (size_t i = 0; i < plan.identifiers.size(); ++i) {
    subjects.push_back({{"identifier", plan.identifiers[i]}, {"category", plan.categories[i]}});
  }
  // What the model brings along is no wish: `adapters` only say what drew.
  OrderedJson loras = OrderedJson::array(), embeddings = OrderedJson::array(), adapters = OrderedJson::array();
  for (size_t i = 0; i < context.loras.size(); ++i) {
    const AppliedLora& lora = context.loras[i];
    (i < plan.own_loras.size() ? adapters : loras)
        .push_back({{"name", lora.wish.name},
                    {"hash", lora.hash},
                    {"text_encoder_weight", lora.wish.text_encoder_weight},
                    {"unet_weight", lora.wish.unet_weight}});
  }
  for (size_t i = 0; i < context.embeddings.size(); ++i) {
    const AppliedEmbedding& embedding = context.embeddings[i];
    (i < plan.own_embeddings.size() ? adapters : embeddings)
        .push_back({{"name", embedding.name}, {"hash", embedding.hash}, {"vectors", embedding.vectors}});
  }
  const bool one = !plan.identifiers.empty();
  OrderedJson json = {{"identifier", one ? OrderedJson(plan.identifiers[0]) : OrderedJson()},
                      {"category", one ? OrderedJson(plan.categories[0]) : OrderedJson()},
                      {"subjects", subjects},
                      {"target_model", to_string(options.target)},
                      {"base_hash", plan.base_hash},
                      {"model_hash", context.model_hash},
                      {"prompt", options.generate.prompt},
                      {"prompt_used", plan.prompt_used},
                      {"prompt_syntax", options.generate.prompt_syntax},
                      {"loras", loras},
                      {"embeddings", embeddings},
                      {"adapters", adapters},
                      {"settings", own_settings(options, seed)},
                      {"version", options.program_version}};
  for (const PromptStyle& style : plan.styles) {
    json["styles"].push_back(
        {{"name", style.name}, {"prompt", style.prompt}, {"negative_prompt", style.negative_prompt}});
  }
  add_start(json, options.generate, context.start);
  return json.dump();
}

}  // namespace

PngText picture_text(const DrawOptions& options,
                     const DrawPlan& plan,
                     const PictureContext& context,
                     const Image& picture,
                     uint64_t seed) {
  return {{"parameters", parameters_text(options, plan, context, picture, seed)},
          {kOwnTextKeyword, big_text(options, plan, context, seed)}};
}

}  // namespace big
