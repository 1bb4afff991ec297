#include "finetune_suggest.h"

#include <cstdio>

#include "big/core/text.h"
#include "big/personalization/suggest_identifiers.h"
#include "big/pipeline/device.h"
#include "cli/output.h"
#include "cli/text_table.h"

namespace big {
namespace {

std::string two_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

std::string suggestions_text(const std::vector<IdentifierSuggestion>& words) {
  std::vector<std::vector<std::string>> rows = {{"identifier", "score", "why"}};
  for (const auto& word : words) rows.push_back({word.identifier, two_digits(word.score), word.reason});
  return concat("Free identifiers, best first (score: 0 to 1):\n", text_table(rows));
}

}  // namespace

void suggest(const FinetuneArguments& given) {
  FinetuneOptions options = given.options;
  options.user = given.common.user;
  options.models_dir = given.common.models_dir;
  options.project_models = given.common.project_models;
  set_threads(given.threads);
  const auto words = suggest_identifiers(options, given.suggest);
  OrderedJson list = OrderedJson::array();
  for (const auto& word : words) {
    OrderedJson one = {{"identifier", word.identifier}};
    one.update(word.json());
    list.push_back(one);
  }
  print_result(given.common.json, suggestions_text(words), {{"suggestions", list}});
}

}  // namespace big
