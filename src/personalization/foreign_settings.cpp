#include "foreign_settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "big/core/error.h"
#include "big/core/excerpt.h"
#include "big/core/text.h"
#include "big/diffusion/samplers.h"
#include "infotext.h"

namespace big {
namespace {

constexpr size_t kLongestValue = 60;

template <class Number>
std::optional<Number> number(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A foreign text's values on their way into our settings; what cannot be read is noted.
class Translation {
 public:
  Translation(PictureRecord& record, std::string where) : record_(record), where_(std::move(where)) {}

  void text(const std::string& flag, const std::string& value) { record_.settings[flag] = value; }
  void whole(const std::string& flag, const std::string& key, const std::string& value) {
    if (const auto read = number<uint64_t>(value)) {
      record_.settings[flag] = *read;
    } else {
      refuse(key, value, "a whole number");
    }
  }
  void real(const std::string& flag, const std::string& key, const std::string& value) {
    const auto read = number<double>(value);
    if (!read || !std::isfinite(*read)) refuse(key, value, "a number");
    record_.settings[flag] = *read;
  }
  void size(const std::string& key, const std::string& value) {
    const size_t x = value.find('x');
    const auto width = number<int64_t>(value.substr(0, x));
    const auto height = x == std::string::npos ? std::nullopt : number<int64_t>(value.substr(x + 1));
    if (!width || !height) refuse(key, value, "a size such as 512x512");
    record_.settings["width"] = *width;
    record_.settings["height"] = *height;
  }
  void not_followed(const std::string& key, const std::string& value) {
    record_.unfollowed.push_back(concat(key, ": ", excerpt(value, kLongestValue)));
  }

 private:
  [[noreturn]] void refuse(const std::string& key, const std::string& value, const std::string& expected) const {
    throw InputError(
        concat(where_, ": '", key, "' is '", excerpt(value, kLongestValue), "', expected ", expected));
  }

  PictureRecord& record_;
  std::string where_;
};

/// Fields that say nothing of how to draw, or that are compared and not followed.
bool is_remark(const std::string& key) {
  static constexpr std::array kRemarks = {"Model hash", "Model",       "VAE hash", "Version", "Lora hashes",
                                          "TI hashes",  "Created Date", "User",     "Hashes",  "TI",
                                          "Pad conds",  "NGMS",         "Beta schedule alpha"};
  return std::find(kRemarks.begin(), kRemarks.end(), key) != kRemarks.end() || key.starts_with("Civitai");
}

/// Fields whose value changes nothing.
bool changes_nothing(const std::string& key, const std::string& value) {
  static const std::map<std::string, std::string> kNeutral = {{"ENSD", "0"},
                                                              {"Clip skip", "1"},
                                                              {"Batch size", "1"},
                                                              {"Batch pos", "0"},
                                                              {"Emphasis", "Original"},
                                                              {"Diffusion in Low Bits", "Automatic"},
                                                              {"Distilled CFG Scale", "3.5"}};
  const auto found = kNeutral.find(key);
  return found != kNeutral.end() && found->second == value;
}

/// The web UIs before 1.9 had no schedule types: "DPM++ 2M" drew on uniform levels, "DPM++ 2M Karras" was a
/// sampler of its own. Later ones always write the schedule type.
void settle_schedule(Translation& to, const Infotext& info, const std::string& sampler) {
  if (const auto* type = info.find("Schedule type")) return to.text("schedule", *type);
  if (sampler.empty()) return;
  try {
    choose_sampler(sampler, "uniform", {});
    to.text("schedule", "uniform");
  } catch (const UsageError&) {
    // Its name says the schedule, or is unknown, which comes to light when it is drawn.
  }
}

void settle_random_numbers(Translation& to, const Infotext& info) {
  const auto* rng = info.find("RNG");
  const std::string name = rng ? ascii_lower(*rng) : "gpu";
  to.text("rng", name == "cpu" ? "cpu" : "philox");
  if (name != "cpu" && name != "gpu" && name != "nv" && name != "cuda") to.not_followed("RNG", *rng);
}

void settle_eta(Translation& to, const std::string& key, const std::string& value, const std::string& sampler) {
  const bool ddim = ascii_lower(sampler).starts_with("ddim");
  // Each of the two is for its samplers alone.
  if (ddim == (key == "Eta DDIM")) to.real("eta", key, value);
}

/// A second, larger pass. Its strength has the key that img2img uses alone.
bool translate_hires(Translation& to, const Infotext& info, const std::string& key, const std::string& value) {
  if (!info.find("Hires upscale")) return false;
  if (key == "Hires upscale") {
    to.real("hires_scale", key, value);
  } else if (key == "Hires steps") {
    to.whole("hires_steps", key, value);
  } else if (key == "Denoising strength") {
    to.real("hires_strength", key, value);
  } else if (key == "Hires upscaler" && (value == "Latent" || value == "Lanczos")) {
    to.text("hires_upscaler", ascii_lower(value));
  } else {
    return false;
  }
  return true;
}

void translate_field(Translation& to,
                     const std::string& key,
                     const std::string& value,
                     const std::string& sampler) {
  if (key == "Steps") return to.whole("num_inference_steps", key, value);
  if (key == "Sampler") return to.text("scheduler", value);
  if (key == "CFG scale") return to.real("guidance_scale", key, value);
  if (key == "Seed") return to.whole("seed", key, value);
  if (key == "Size") return to.size(key, value);
  if (key == "Clip skip" && value != "1") return to.whole("clip_skip", key, value);
  if (key == "CFG Rescale") return to.real("guidance_rescale", key, value);
  if (key == "Eta" || key == "Eta DDIM") return settle_eta(to, key, value, sampler);
  if (key == "Schedule type" || key == "RNG" || is_remark(key) || changes_nothing(key, value)) return;
  to.not_followed(key, value);
}

std::string writer_of(const Infotext& info) {
  const auto* version = info.find("Version");
  if (!version) return "a web UI of no said version";
  if (version->starts_with("v")) return "Automatic1111 " + *version;
  return version->starts_with("f") ? "Forge " + *version : *version;
}

/// What a foreign text leaves out is as its program has it, not as ours.
OrderedJson foreign_defaults() {
  OrderedJson settings = {{"target_model", "pretrained"}, {"negative_prompt", ""}, {"guidance_rescale", 0}};
  for (const char* flag : {"identifier", "vae", "lora", "embedding", "style", "styles", "prompt_syntax", "clip_skip",
                           "schedule", "eta", "init_image", "mask", "hires_scale"})
    settings[flag] = nullptr;
  return settings;
}

}  // namespace

void translate_infotext(PictureRecord& record, const std::string& text, const std::string& where) {
  const auto info = parse_infotext(text);
  if (!info) {
    throw InputError(concat(where, ": its text is none that a web UI writes (no line of settings such as ",
                            "\"Steps: 20, Sampler: Euler a, CFG scale: 7, ...\"): ", excerpt(text, kLongestValue)));
  }
  record.writer = writer_of(*info);
  record.settings = foreign_defaults();
  Translation to(record, where);
  to.text("prompt", info->prompt);
  to.text("negative_prompt", info->negative_prompt);
  const auto* named = info->find("Sampler");
  const std::string sampler = named ? *named : "";
  settle_schedule(to, *info, sampler);
  settle_random_numbers(to, *info);
  for (const auto& [key, value] : info->fields) {
    if (!translate_hires(to, *info, key, value)) translate_field(to, key, value, sampler);
  }
  if (const auto* model = info->find("Model")) record.model = *model;
}

void translate_kohya(PictureRecord& record, const PngText& text, const Image& picture, const std::string& where) {
  record.writer = "kohya's scripts";
  record.settings = foreign_defaults();
  Translation to(record, where);
  to.text("rng", "philox");
  record.settings["width"] = picture.width;
  record.settings["height"] = picture.height;
  for (const auto& [key, value] : text) {
    if (key == "prompt") to.text("prompt", value);
    if (key == "negative-prompt") to.text("negative_prompt", value);
    if (key == "sampler") to.text("scheduler", value);
    if (key == "seed") to.whole("seed", key, value);
    if (key == "steps") to.whole("num_inference_steps", key, value);
    if (key == "scale") to.real("guidance_scale", key, value);
    if (key == "negative-scale" || key == "clip-prompt") to.not_followed(key, value);
    const bool sdxl = key == "original-height" || key == "original-width" || key == "crop-top" || key == "crop-left";
    if (!sdxl || value == "None") continue;
    std::string flag = key;
    flag[flag.find('-')] = '_';
    to.whole(flag, key, value);
  }
}

bool is_kohya(const PngText& text) {
  return text.count("prompt") != 0 && text.count("sampler") != 0 && text.count("steps") != 0;
}

}  // namespace big
