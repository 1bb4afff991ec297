// finetune: photos of one subject in, an identifier that means it out.
#include <functional>

#include "big/core/error.h"
#include "big/core/error_place.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/personalization/models_dir.h"
#include "big/personalization/remove.h"
#include "big/personalization/rollback.h"
#include "big/pipeline/device.h"
#include "cli/confirm.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/random_seed.h"
#include "cli/run_guarded.h"
#include "finetune_check.h"
#include "finetune_command.h"
#include "finetune_options.h"
#include "finetune_report.h"
#include "finetune_subject_file.h"
#include "finetune_suggest.h"
#include "finetune_users.h"

namespace big {
namespace {

const ToolText kText = {
    "finetune",
    "teach a model your subject from a few photos",
    "finetune PHOTOS --category WORDS [options]",
    {"finetune photos/ --category dog", "finetune photos/ --category \"teddy bear\" --target_model meta",
     "finetune photos/ --category dog --method lora --save diffusers,kohya",
     "finetune photos/ --category dog --dry_run", "finetune --subject_file subjects.toml --target_model meta",
     "finetune --suggest 10 --category dog", "finetune --remove sks"}};

/// Who owns the target model, for questions and results.
std::string model_label(const FinetuneArguments& given) {
  const std::string target = to_string(given.options.target);
  return given.options.target == TargetModel::kMeta ? target : target + " (" + given.common.user + ")";
}

void remove(const FinetuneArguments& given) {
  const Registry registry = read_registry(given.common.models_dir);
  const auto subject = registry.find(given.options.target, given.common.user, given.remove);
  if (subject && !given.yes) {
    require_yes("Delete '" + given.remove + "' (" + subject->category + ") of " + model_label(given) + "?");
  }
  remove_subject(given.common.models_dir, given.options.target, given.common.user, given.remove);
  print_result(given.common.json, "Deleted '" + given.remove + "' of " + model_label(given) + ".\n",
               {{"removed", given.remove},
                {"target_model", to_string(given.options.target)},
                {"user", given.common.user}});
}

void reset(const FinetuneArguments& given) {
  if (is_metamodel(given.options.target) && !given.yes) {
    require_yes("Delete the whole " + model_label(given) + " with all its subjects and kept photos?");
  }
  reset_metamodel(given.common.models_dir, given.options.target, given.common.user);
  print_result(given.common.json, "Deleted " + model_label(given) + ".\n",
               {{"reset", to_string(given.options.target)}, {"user", given.common.user}});
}

std::string words(const std::vector<std::string>& identifiers) {
  return identifiers.empty() ? "nothing" : join(identifiers, ", ");
}

void rollback(const FinetuneArguments& given) {
  const auto& target = given.options.target;
  const auto plan = plan_rollback(given.common.models_dir, target, given.common.user, given.rollback);
  if (!plan.forgotten.empty() && !given.yes) {
    require_yes("Take " + model_label(given) + " back to version " + std::to_string(plan.version) +
                "? It forgets " + words(plan.forgotten) + ", for good.");
  }
  const auto done = rollback_metamodel(given.common.models_dir, target, given.common.user, given.rollback);
  print_result(given.common.json,
               model_label(given) + " is at version " + std::to_string(done.version) + " again; it knows " +
                   words(done.identifiers) + ".\n",
               {{"version", done.version},
                {"target_model", to_string(target)},
                {"user", given.common.user},
                {"identifiers", done.identifiers},
                {"forgotten", done.forgotten}});
}

/// What is done instead of teaching, if anything.
bool tidy(OptionTable& table, const FinetuneArguments& given) {
  const std::vector<std::pair<std::string, std::function<void()>>> acts = {
      {"remove", [&] { remove(given); }},         {"reset", [&] { reset(given); }},
      {"rollback", [&] { rollback(given); }},     {"suggest", [&] { suggest(given); }},
      {"check", [&] { check(table, given); }},
      {"forget_user", [&] { forget(given); }},    {"export_user", [&] { hand_out(table, given); }}};
  std::vector<std::string> wishes;
  std::function<void()> wanted;
  for (const auto& [name, act] : acts) {
    if (!table.given(name) || (name == "reset" && !given.reset) || (name == "check" && !given.check)) continue;
    wishes.push_back("--" + name);
    wanted = act;
  }
  if (wishes.size() > 1) throw UsageError(join(wishes, " and ") + " are different things: give one of them");
  if (wanted) wanted();
  return wishes.size() == 1;
}

/// The base model's defaults; text encoders of metamodels stay frozen unless the person asks, and a rate that
/// was found for AdamW is not another optimiser's.
void overlay_defaults(OptionTable& table, FinetuneArguments& given) {
  const FinetuneOptions& options = given.options;
  const auto folder =
      find_base(options.pretrained_model, given.common.models_dir, given.common.project_models).folder;
  const TrainMethod method = parse_train_method(options.train.method);
  if (method != TrainMethod::kFull) {
    // A rate suits what is taught: that of whole weights would leave adapters as they are.
    table.overlay_base_method(folder, options.train.method);
    table.settle("learning_rate", adamw_learning_rate(method), "--method " + options.train.method);
  }
  table.overlay_base(folder);
  if (is_metamodel(options.target) && table.option("train_text_encoder").origin() == Origin::kBigJson) {
    given.options.train.train_text_encoder = false;
  }
  if (table.option("learning_rate").origin() < Origin::kConfigFile) {
    TrainOptions& train = given.options.train;
    train.learning_rate = usual_learning_rate(train.optimizer, train.learning_rate);
    if (train.optimizer != "adamw") table.option("learning_rate").settled_by("usual for " + train.optimizer);
  }
}

/// Flags that a command about the same models needs too.
std::string place_flags(OptionTable& table) {
  std::string flags;
  for (const std::string name : {"models_dir", "user"}) {
    if (table.given(name)) flags += " --" + name + " " + shell_word(table.option(name).value_text());
  }
  return flags;
}

/// What a run needs beside what a person says of it.
void complete(OptionTable& table, FinetuneArguments& given) {
  FinetuneOptions& options = given.options;
  options.user = given.common.user;
  options.models_dir = given.common.models_dir;
  options.project_models = given.common.project_models;
  options.seed_given = table.given("seed");
  if (!options.seed_given) options.train.seed = random_seed();
  options.command = repeating_command(table, options);
  options.program_version = version_text();
}

FinetuneResult teach_one(const FinetuneOptions& options, bool quiet) {
  ProgressBar bar(quiet);
  return finetune(options, log_plan, bar.callback());
}

void teach(OptionTable& table, FinetuneArguments& given) {
  table.require("path_to_instance_images", "say which folder holds the photos: " + kText.usage);
  table.require("category", "say what the subject is, for example --category dog");
  set_threads(given.threads);
  complete(table, given);
  const FinetuneResult result = teach_one(given.options, given.common.quiet);
  print_result(given.common.json, finetune_text(result, place_flags(table)), finetune_json(result));
}

/// One after the other: in a metamodel all of them become one model.
void teach_file(OptionTable& table, FinetuneArguments& given) {
  set_threads(given.threads);
  const auto subjects = plan_subject_file(table, given, [&] {
    overlay_defaults(table, given);
    complete(table, given);
  });
  OrderedJson taught = OrderedJson::array();
  std::string text;
  for (const PlannedSubject& subject : subjects) {
    log_info(concat("subject ", taught.size() + 1, " of ", subjects.size(), ": ", subject.options.category, " (",
                    subject.where, ")"));
    const auto teach_this = [&] {
      const FinetuneResult result = teach_one(subject.options, given.common.quiet);
      taught.push_back(finetune_json(result));
      text += finetune_text(result, place_flags(table));
    };
    at_place(subject.where, teach_this, concat(" (subjects taught before it, which stay: ", taught.size(), ")"));
  }
  print_result(given.common.json, text, {{"subjects", taught}});
}

void run(const std::vector<std::string>& arguments) {
  FinetuneArguments given;
  OptionTable table(kText);
  add_finetune_options(table, given);
  if (!read_options(table, given.common, arguments)) return;
  if (tidy(table, given)) return;
  check_goes_with_subject_file(table, given);
  if (!given.subject_file.empty() && !given.common.print_config) return teach_file(table, given);
  overlay_defaults(table, given);
  if (answer_print_config(table, given.common)) return;
  teach(table, given);
}

}  // namespace
}  // namespace big

int main(int argc, char** argv) {
  big::leave(big::run_guarded(argc, argv, big::run));
}
