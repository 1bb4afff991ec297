#include "picture_metadata.h"

#include <charconv>

#include "big/core/json.h"
#include "big/core/text.h"

namespace big {
namespace {

/// The web UIs' short hash: the first ten hex digits.
constexpr size_t kShortHash = 10;
/// Theirs of LoRAs and embeddings.
constexpr size_t kAddonHash = 12;

/// 7.5 and 7, as a person types them.
std::string typed_number(double value) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed);
  return std::string(buffer, result.ptr);
}

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

std::string parameters_text(const DrawOptions& options,
                            const DrawPlan& plan,
                            const PictureContext& context,
                            const Image& picture,
                            uint64_t seed) {
  const GenerateOptions& wish = options.generate;
  const std::string schedule = schedule_type(context.sampler);
  // As tags, so that the web UIs find the LoRAs again.
  std::string text = plan.prompt_used;
  for (const AppliedLora& lora : context.loras) text += concat(" ", lora_tag(lora.wish));
  text += "\n";
  if (!wish.negative_prompt.empty()) text += "Negative prompt: " + wish.negative_prompt + "\n";
  text += concat("Steps: ", wish.num_inference_steps, ", Sampler: ", sampler_name(context.sampler));
  if (!schedule.empty()) text += ", Schedule type: " + schedule;
  text +=
      concat(", CFG scale: ", typed_number(wish.guidance_scale), ", Seed: ", seed, ", Size: ", picture.width,
             "x", picture.height, ", Model hash: ", context.model_hash.substr(0, kShortHash),
             ", Model: ", quoted_if_needed(plan.model_name));
  if (wish.eta >= 0)
    text += concat(context.sampler.kind == SamplerKind::kDdim ? ", Eta DDIM: " : ", Eta: ",
                   typed_number(wish.eta));
  if (wish.guidance_rescale > 0) text += ", CFG Rescale: " + typed_number(wish.guidance_rescale);
  // Without this key the web UIs take the noise for a GPU's.
  text += ", RNG: CPU";
  text += addon_hashes("Lora hashes", context.loras, [](const AppliedLora& lora) { return lora.wish.name; });
  text += addon_hashes("TI hashes", context.embeddings, [](const AppliedEmbedding& one) { return one.name; });
  return text + ", Version: BIG " + options.program_version;
}

std::string big_text(const DrawOptions& options, const DrawPlan& plan, const PictureContext& context) {
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
  const OrderedJson json = {{"identifier", one ? OrderedJson(plan.identifiers[0]) : OrderedJson()},
                            {"category", one ? OrderedJson(plan.categories[0]) : OrderedJson()},
                            {"subjects", subjects},
                            {"target_model", to_string(options.target)},
                            {"base_hash", plan.base_hash},
                            {"model_hash", context.model_hash},
                            {"prompt", options.generate.prompt},
                            {"prompt_used", plan.prompt_used},
                            {"loras", loras},
                            {"embeddings", embeddings},
                            {"adapters", adapters},
                            {"version", options.program_version}};
  return json.dump();
}

}  // namespace

PngText picture_text(const DrawOptions& options,
                     const DrawPlan& plan,
                     const PictureContext& context,
                     const Image& picture,
                     uint64_t seed) {
  return {{"parameters", parameters_text(options, plan, context, picture, seed)},
          {kOwnTextKeyword, big_text(options, plan, context)}};
}

}  // namespace big
