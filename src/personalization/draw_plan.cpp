// From a prompt to the model, the subject and the prompt that is used.
#include <algorithm>
#include <map>
#include <optional>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/personalization/draw.h"
#include "big/personalization/models_dir.h"
#include "big/pipeline/folder_adapters.h"
#include "big/prompts/styles.h"
#include "big/registry/names.h"
#include "big/registry/prompt_template.h"
#include "big/registry/registry.h"
#include "draw_addons.h"

namespace big {
namespace {

using Categories = std::map<std::string, std::string>;

std::string listed(const Categories& known) {
  if (known.empty()) return "nothing taught yet";
  std::vector<std::string> parts;
  for (const auto& [identifier, category] : known) parts.push_back(identifier + " (" + category + ")");
  return join(parts, ", ");
}

/// "'brc' is known in meta (toy), not in private": for words that only another target model knows.
std::vector<std::string> hints_for(const DrawOptions& options,
                                   const std::string& prompt,
                                   const Registry& registry,
                                   const Categories& known) {
  std::vector<std::string> hints;
  for (const TargetModel other : {TargetModel::kPrivate, TargetModel::kPrivateMeta, TargetModel::kMeta}) {
    if (other == options.target) continue;
    const Categories elsewhere = registry.categories(other, options.user);
    for (const std::string& word : expand_identifiers(prompt, elsewhere).identifiers) {
      if (known.count(word) != 0) continue;
      hints.push_back("'" + word + "' is known in " + to_string(other) + " (" + elsewhere.at(word) +
                      "), not in " + to_string(options.target) + ": --target_model " + to_string(other) +
                      " draws it");
    }
  }
  return hints;
}

[[noreturn]] void refuse(const std::string& why,
                         const std::string& list,
                         const std::vector<std::string>& hints) {
  throw UsageError(why + "; known: " + list + (hints.empty() ? "" : "; " + join(hints, "; ")));
}

void check_identifier(const DrawOptions& options,
                      const Categories& known,
                      const std::vector<std::string>& hints) {
  validate_identifier(options.identifier);
  if (known.count(options.identifier) != 0) return;
  std::vector<std::string> names;
  for (const auto& [identifier, category] : known) names.push_back(identifier);
  const std::string near = nearest(options.identifier, names);
  refuse("no identifier '" + options.identifier + "' in " + to_string(options.target) +
             (near.empty() ? "" : ", did you mean '" + near + "'?"),
         listed(known), hints);
}

/// The one private subject that a prompt is about.
std::string choose_subject(const DrawOptions& options,
                           const Categories& known,
                           const std::vector<std::string>& in_prompt,
                           const std::vector<std::string>& hints) {
  if (!options.identifier.empty()) return options.identifier;
  if (in_prompt.size() == 1) return in_prompt.front();
  if (in_prompt.empty()) {
    refuse("the prompt names no identifier of target model private (name one in it, or give --identifier)",
           listed(known), hints);
  }
  refuse("the prompt names " + join(in_prompt, " and ") +
             ", but a private model knows one subject (give --identifier, or teach them to a metamodel)",
         listed(known), hints);
}

std::string folder_word(TargetModel target, const std::string& subject) {
  if (target == TargetModel::kPrivate) return subject;
  if (target == TargetModel::kPrivateMeta) return "private_metamodel";
  return target == TargetModel::kMeta ? "metamodel" : "pretrained";
}

/// The styles that were asked for.
std::vector<PromptStyle> chosen_styles(const DrawOptions& options) {
  const auto file = options.styles.empty() ? options.models_dir / "styles.csv" : options.styles;
  std::optional<std::vector<PromptStyle>> read;
  std::vector<PromptStyle> chosen;
  for (const std::string& name : options.style) {
    const auto known = std::ranges::find(options.known_styles, name, &PromptStyle::name);
    if (known != options.known_styles.end()) {
      chosen.push_back(*known);
      continue;
    }
    if (!read) read = read_styles(file);
    chosen.push_back(find_style(*read, name));
  }
  return chosen;
}

/// The prompts with styles put on.
struct StyledPrompts {
  std::string prompt, negative_prompt;

  StyledPrompts(const GenerateOptions& typed, const std::vector<PromptStyle>& styles)
      : prompt(typed.prompt), negative_prompt(typed.negative_prompt) {
    for (const PromptStyle& style : styles) {
      prompt = apply_style(style.prompt, prompt);
      negative_prompt = apply_style(style.negative_prompt, negative_prompt);
    }
  }
};

DrawPlan plan_pretrained(const DrawOptions& options, const std::string& prompt) {
  const BaseModel base = find_base(options.pretrained_model, options.models_dir, options.project_models);
  DrawPlan plan;
  plan.model_folder = base.folder;
  plan.model_name = base.name;
  plan.folder_word = folder_word(options.target, "");
  plan.base_hash = base.hash;
  plan.prompt_used = prompt;
  if (!options.identifier.empty())
    plan.hints = {"--identifier is passed over: the pretrained model knows none"};
  return plan;
}

DrawPlan plan_subjects(const DrawOptions& options, const std::string& prompt) {
  const Registry registry = read_registry(options.models_dir);
  const Categories known = registry.categories(options.target, options.user);
  const ExpandedPrompt expanded = expand_identifiers(prompt, known);

  DrawPlan plan;
  plan.hints = hints_for(options, prompt, registry, known);
  if (!options.identifier.empty()) check_identifier(options, known, plan.hints);
  plan.prompt_used = expanded.text;
  plan.identifiers = expanded.identifiers;
  std::string subject;
  if (options.target == TargetModel::kPrivate) {
    subject = choose_subject(options, known, expanded.identifiers, plan.hints);
    std::erase(plan.identifiers, subject);
    for (const std::string& other : plan.identifiers) {
      plan.hints.push_back("'" + other + "' is a subject of its own: the model of '" + subject +
                           "' does not know it");
    }
    plan.identifiers.insert(plan.identifiers.begin(), subject);
    plan.base_hash = registry.find(options.target, options.user, subject)->base_hash;
  } else {
    const std::string scope = identifier_scope(options.target, options.user);
    const auto state = registry.metamodels.find(scope);
    if (state != registry.metamodels.end()) plan.base_hash = state->second.base_hash;
  }
  for (const std::string& identifier : plan.identifiers) plan.categories.push_back(known.at(identifier));
  plan.model_folder = current_model(registry, options.models_dir, options.target, options.user, subject);
  plan.folder_word = folder_word(options.target, subject);
  plan.model_name = plan.folder_word;
  return plan;
}

/// What stands in the model's folder beside its networks.
void plan_own_adapters(DrawPlan& plan) {
  const FolderAdapters own = read_folder_adapters(plan.model_folder);
  const std::string name = plan.identifiers.empty() ? plan.model_name : plan.identifiers.front();
  if (!own.lora.empty()) plan.own_loras.push_back({own.lora, {name}});
  for (const auto& [word, file] : own.embeddings) {
    plan.own_embeddings.push_back({file, word});
    // The subject's word is the subject's, whatever else is called so.
    std::erase_if(plan.embeddings, [&](const EmbeddingChoice& other) { return other.name == word; });
  }
}

}  // namespace

DrawPlan plan_drawing(const DrawOptions& options) {
  if (!is_valid_utf8(options.generate.prompt)) throw UsageError("the prompt is not valid UTF-8");
  const auto styles = chosen_styles(options);
  const StyledPrompts styled(options.generate, styles);
  // Before identifiers: a LoRA may be called like one.
  const TaggedPrompt tagged = take_lora_tags(styled.prompt);
  DrawPlan plan = options.target == TargetModel::kPretrained ? plan_pretrained(options, tagged.text)
                                                             : plan_subjects(options, tagged.text);
  plan.negative_used = styled.negative_prompt;
  plan.styles = styles;
  plan.loras = find_loras(options, tagged.loras);
  plan.embeddings = find_embeddings(options, {plan.prompt_used, plan.negative_used});
  plan_own_adapters(plan);
  return plan;
}

}  // namespace big
