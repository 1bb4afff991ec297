#include "lora_facts.h"

#include <torch/types.h>

#include <algorithm>
#include <array>

#include "big/core/json.h"

namespace big {
namespace {

/// How a LoRA's first factor [rank, in, ...] is called.
struct Ending {
  std::string_view text;
  const char* naming;
};
constexpr std::array kDownEndings = {
    Ending{".lora_down.weight", "kohya"},     Ending{".lora.down.weight", "diffusers"},
    Ending{"_lora.down.weight", "diffusers"}, Ending{".lora_linear_layer.down.weight", "diffusers"},
    Ending{".lora_A.weight", "PEFT"},         Ending{".lora_A.default.weight", "PEFT"},
};

constexpr size_t kMostWords = 10;

/// The tags of all folders together, the commonest first.
std::vector<std::string> commonest_tags(const Json& folders) {
  std::map<std::string, double> counts;
  for (const auto& [folder, tags] : folders.items()) {
    if (!tags.is_object()) continue;
    for (const auto& [tag, count] : tags.items())
      if (count.is_number()) counts[tag] += count.get<double>();
  }
  std::vector<std::pair<std::string, double>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) { return a.second > b.second; });
  std::vector<std::string> words;
  for (const auto& [tag, count] : sorted)
    if (words.size() < kMostWords) words.push_back(tag);
  return words;
}

}  // namespace

std::optional<LoraFacts> lora_facts(const TensorFile& file) {
  LoraFacts facts;
  for (const auto& [name, entry] : file.entries()) {
    for (const Ending& ending : kDownEndings) {
      if (!name.ends_with(ending.text) || entry.shape.empty()) continue;
      facts.naming = ending.naming;
      ++facts.modules;
      ++facts.ranks[entry.shape[0]];
      break;
    }
    if (name.ends_with(".alpha") && entry.shape.empty())
      ++facts.alphas[file.tensor(name).to(torch::kFloat64).item<double>()];
  }
  if (facts.modules == 0) return std::nullopt;
  return facts;
}

std::vector<std::string> trigger_words(const std::map<std::string, std::string>& metadata) {
  if (const auto phrase = metadata.find("modelspec.trigger_phrase"); phrase != metadata.end())
    return {phrase->second};
  const auto tags = metadata.find("ss_tag_frequency");
  if (tags == metadata.end()) return {};
  const Json folders = Json::parse(tags->second, nullptr, /*allow_exceptions=*/false);
  return folders.is_object() ? commonest_tags(folders) : std::vector<std::string>{};
}

}  // namespace big
