#include "big/pipeline/lora_tags.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

constexpr std::string_view kOpening = "<lora:";

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

double weight(const std::string& text, const std::string& where) {
  if (const auto value = number(text)) return *value;
  throw UsageError(concat(where, ": '", text, "' is no weight, expected a number such as 0.8"));
}

/// "name:0.5:1" as it stands in a tag. The first bare number is for both networks, a second for the UNet.
LoraWish parse_tag(const std::string& inside, const std::string& where) {
  const auto parts = split(inside, ':');
  LoraWish wish{.name = parts[0]};
  if (wish.name.empty()) throw UsageError(where + ": the LoRA's name is missing");
  int bare = 0;
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::string& part = parts[i];
    if (part.starts_with("te=")) {
      wish.text_encoder_weight = weight(part.substr(3), where);
    } else if (part.starts_with("unet=")) {
      wish.unet_weight = weight(part.substr(5), where);
    } else if (part.find('=') != std::string::npos || bare == 2) {
      throw UsageError(concat(where, ": '", part, "' is not understood, expected <lora:name:weight> or ",
                              "<lora:name:te:unet>"));
    } else {
      (bare == 0 ? wish.text_encoder_weight : wish.unet_weight) = weight(part, where);
      if (bare++ == 0) wish.unet_weight = wish.text_encoder_weight;
    }
  }
  return wish;
}

/// Where a tag stood between spaces, one of them goes: "a <tag>, b" -> "a, b".
void close_gap(std::string& text, const std::string& prompt, size_t rest) {
  const bool gap = rest == prompt.size() || prompt[rest] == ' ' || prompt[rest] == ',';
  while (gap && text.ends_with(' ')) text.pop_back();
}

/// Shortest decimal that reads back.
std::string weight_text(double value) {
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, result.ptr);
}

}  // namespace

TaggedPrompt take_lora_tags(const std::string& prompt) {
  TaggedPrompt result;
  size_t at = 0;
  while (true) {
    const size_t open = prompt.find(kOpening, at);
    const size_t close = open == std::string::npos ? open : prompt.find('>', open);
    if (close == std::string::npos) break;
    const std::string tag = prompt.substr(open, close + 1 - open);
    result.text += prompt.substr(at, open - at);
    close_gap(result.text, prompt, close + 1);
    result.loras.push_back(parse_tag(tag.substr(kOpening.size(), tag.size() - kOpening.size() - 1), tag));
    at = close + 1;
    while (result.text.empty() && at < prompt.size() && prompt[at] == ' ') ++at;
  }
  result.text += prompt.substr(at);
  return result;
}

LoraWish parse_lora_wish(const std::string& text) {
  // Weights are taken from the end: a path may hold colons.
  auto parts = split(text, ':');
  std::vector<double> weights;
  while (parts.size() > 1 && weights.size() < 2) {
    const auto value = number(parts.back());
    if (!value) break;
    weights.insert(weights.begin(), *value);
    parts.pop_back();
  }
  LoraWish wish{.name = join(parts, ":")};
  if (wish.name.empty()) throw UsageError(concat("--lora ", text, ": the LoRA's name is missing"));
  if (!weights.empty()) {
    wish.text_encoder_weight = weights.front();
    wish.unet_weight = weights.back();
  }
  return wish;
}

std::string lora_tag(const LoraWish& wish) {
  std::string tag = concat(kOpening, wish.name, ":", weight_text(wish.text_encoder_weight));
  if (wish.unet_weight != wish.text_encoder_weight) tag += concat(":", weight_text(wish.unet_weight));
  return tag + ">";
}

}  // namespace big
