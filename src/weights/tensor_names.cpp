#include "tensor_names.h"

#include <array>
#include <string_view>
#include <utility>

namespace big {
namespace {

constexpr std::string_view kTextPrefix = "text_model.";

/// Ours, and the name before diffusers 0.18.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kProjections = {{
    {".to_q.", ".query."},
    {".to_k.", ".key."},
    {".to_v.", ".value."},
    {".to_out.0.", ".proj_attn."},
}};

}  // namespace

std::vector<std::string> accepted_names(const std::string& name) {
  std::vector<std::string> names = {name};
  if (name.starts_with(kTextPrefix)) names.push_back(name.substr(kTextPrefix.size()));
  for (const auto& [ours, old] : kProjections) {
    const auto at = name.find(ours);
    if (at != std::string::npos) {
      std::string alias = name;
      names.push_back(alias.replace(at, ours.size(), old));
    }
  }
  return names;
}

std::string usual_name(const std::string& stored, const std::string& part) {
  if (part.starts_with("text_encoder")) {
    const bool whole = stored.starts_with(kTextPrefix) || stored.starts_with("text_projection");
    return whole ? stored : std::string(kTextPrefix) + stored;
  }
  std::string name = stored;
  if (part != "vae") return name;
  for (const auto& [ours, old] : kProjections) {
    if (const auto at = name.find(old); at != std::string::npos) name.replace(at, old.size(), ours);
  }
  return name;
}

bool is_ignored_name(const std::string& name) { return name.ends_with("position_ids"); }

bool is_attention_projection(const std::string& name) {
  for (const auto& [ours, old] : kProjections) {
    if (name.find(ours) != std::string::npos) return true;
  }
  return false;
}

}  // namespace big
