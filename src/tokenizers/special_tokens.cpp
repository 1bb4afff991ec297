#include "special_tokens.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

namespace {

// transformers writes 10^30 for "no limit".
constexpr double kLongestWindow = 1e6;
constexpr size_t kMostSpecial = 10'000;

constexpr const char* kRoles[] = {"bos_token", "eos_token", "unk_token", "pad_token"};

Json read_object_if_there(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return Json::object();
  Json json = read_json(path);
  if (!json.is_object()) throw InputError(path.string() + ": expected a JSON object");
  return json;
}

int64_t window_of(const Json& config, const std::string& where) {
  const auto found = config.find("model_max_length");
  if (found == config.end() || found->is_null()) return 0;
  const double length = found->is_number() ? found->get<double>() : -1;
  if (length >= kLongestWindow) return 0;
  if (!(length >= 3)) throw InputError(where + ": 'model_max_length' must be a number of at least 3");
  return static_cast<int64_t>(length);
}

void read_added_tokens(const Json& config, const std::string& where, std::vector<SpecialToken>& special) {
  const auto added = config.find("added_tokens_decoder");
  if (added == config.end() || added->is_null()) return;
  if (!added->is_object()) throw InputError(where + ": 'added_tokens_decoder' must be an object");
  for (const auto& [key, value] : added->items()) {
    SpecialToken token = special_from_json(value, where + ": added_tokens_decoder '" + key + "'");
    if (key.empty() || key.size() > 7 ||
        !std::ranges::all_of(key, [](char c) { return c >= '0' && c <= '9'; })) {
      throw InputError(where + ": added_tokens_decoder: '" + key + "' is no token id");
    }
    token.id = std::stoll(key);
    put_special(special, token);
  }
}

// A role's token as a string or an object; its content, or "" where it is not named.
std::string read_role(const Json& config,
                      const std::string& role,
                      const std::string& where,
                      std::vector<SpecialToken>& special) {
  const auto found = config.find(role);
  if (found == config.end() || found->is_null()) return "";
  if (!found->is_string()) {
    const SpecialToken token = special_from_json(*found, where + ": '" + role + "'");
    put_special(special, token);
    return token.content;
  }
  return found->get<std::string>();
}

}  // namespace

SpecialToken special_from_json(const Json& json, const std::string& where) {
  if (!json.is_object()) throw InputError(where + ": expected an object with 'content'");
  const JsonView view(json, where);
  SpecialToken token{.content = view.get<std::string>("content"),
                     .normalized = view.get<bool>("normalized", false)};
  if (token.content.empty()) throw InputError(where + ": 'content' is empty");
  return token;
}

void put_special(std::vector<SpecialToken>& list, const SpecialToken& token) {
  const auto same = std::ranges::find(list, token.content, &SpecialToken::content);
  if (same == list.end()) {
    if (list.size() == kMostSpecial) {
      throw InputError(
          concat("the tokenizer names over ", kMostSpecial, " special tokens, which no model has"));
    }
    list.push_back(token);
  } else {
    const int64_t id = token.id >= 0 ? token.id : same->id;
    *same = token;
    same->id = id;
  }
}

TokenizerSettings tokenizer_settings(const Json& config, const std::string& where) {
  TokenizerSettings settings;
  settings.max_length = window_of(config, where);
  settings.lower_case = JsonView(config, where).get<bool>("do_lower_case", false);
  read_added_tokens(config, where, settings.special);
  const std::vector<SpecialToken> added = settings.special;
  std::string* names[] = {&settings.bos, &settings.eos, &settings.unknown, &settings.pad};
  for (size_t i = 0; i < std::size(kRoles); ++i) {
    *names[i] = read_role(config, kRoles[i], where, settings.special);
    // As in transformers: a bare string is matched as typed, unless added_tokens_decoder says more about it.
    const bool bare = config.contains(kRoles[i]) && config[kRoles[i]].is_string() && !names[i]->empty();
    const bool described = std::ranges::find(added, *names[i], &SpecialToken::content) != added.end();
    if (bare && !described) put_special(settings.special, {.content = *names[i]});
  }
  return settings;
}

TokenizerSettings read_tokenizer_settings(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "tokenizer_config.json";
  Json config = read_object_if_there(path);
  const Json map = read_object_if_there(folder / "special_tokens_map.json");
  for (const char* role : kRoles) {
    if ((!config.contains(role) || config[role].is_null()) && map.contains(role)) config[role] = map[role];
  }
  return tokenizer_settings(config, path.string());
}

std::vector<TextPart> split_at_special(std::string_view text, const std::vector<SpecialToken>& special) {
  std::vector<TextPart> parts;
  size_t plain = 0;
  for (size_t at = 0; at < text.size();) {
    const SpecialToken* best = nullptr;
    for (const SpecialToken& token : special) {
      const bool here = text.compare(at, token.content.size(), token.content) == 0;
      if (here && (!best || token.content.size() > best->content.size())) best = &token;
    }
    if (!best) {
      ++at;
      continue;
    }
    if (at > plain) parts.push_back({text.substr(plain, at - plain), -1});
    parts.push_back({text.substr(at, best->content.size()), best->id});
    at += best->content.size();
    plain = at;
  }
  if (plain < text.size()) parts.push_back({text.substr(plain), -1});
  return parts;
}

}  // namespace big
