#include "generate_prompt_file.h"

#include <algorithm>
#include <array>

#include "big/core/error.h"
#include "big/core/error_place.h"
#include "big/core/text.h"
#include "big/prompts/prompt_list.h"
#include "generate_plan.h"
#include "generate_result.h"

namespace big {
namespace {

/// A file of prompts and their own settings, as tables; a text's hold nothing but the prompt.
std::vector<ConfigTable> read_prompt_file(const std::filesystem::path& file) {
  if (file.extension() == ".toml") return read_config_tables(file, "picture");
  std::vector<ConfigTable> tables;
  for (const auto& [line, text] : read_prompt_list(file)) {
    const std::string where = concat(file.string(), ":", line);
    tables.push_back({where, file.filename().string(), {{"prompt", {RawValue::Kind::kString, text, where, {}}}}});
  }
  return tables;
}

/// What one prompt may have of its own: how its pictures look, how many there are and where they go.
bool is_of_a_prompt(const Option& option) {
  static constexpr std::array kUnrecorded = {"num_images", "output_dir", "preview_every"};
  return option.is_recorded() || std::ranges::count(kUnrecorded, option.name()) != 0;
}

void read_own_settings(OptionTable& table, const ConfigTable& own) {
  table.read_table(own, Origin::kOwnTable);
  for (const Option& option : table.options()) {
    if (option.origin() == Origin::kOwnTable && !is_of_a_prompt(option))
      throw UsageError(concat(own.where, ": '", option.name(), "' counts for the whole run: give it as a flag"));
  }
  if (table.option("prompt").origin() != Origin::kOwnTable)
    throw InputError(own.where + ": holds no 'prompt', expected the picture in words");
}

PlannedDrawing plan_one(OptionTable& table, DrawOptions& options, const ConfigTable& own) {
  read_own_settings(table, own);
  PlannedDrawing drawing;
  at_place(own.where, [&] { drawing = plan_with_defaults(table, options); });
  drawing.where = own.where;
  return drawing;
}

}  // namespace

void check_goes_with_prompt_file(OptionTable& table, const GenerateArguments& arguments) {
  if (arguments.prompt_file.empty()) return;
  if (table.option("prompt").origin() == Origin::kFlag)
    throw UsageError("--prompt_file holds the prompts: leave --prompt out");
  if (!arguments.again.from.empty())
    throw UsageError("--prompt_file and --from both say what to draw: give one of them");
  if (!arguments.grid.empty())
    throw UsageError("--grid varies the settings of one prompt: leave --prompt_file out (tables in it have settings of "
                     "their own)");
}

std::vector<PlannedDrawing> plan_prompt_file(OptionTable& table, GenerateArguments& arguments) {
  const OptionTable known = table;
  const GenerateArguments before = arguments;
  std::vector<PlannedDrawing> drawings;
  for (const ConfigTable& own : read_prompt_file(before.prompt_file)) {
    drawings.push_back(plan_one(table, arguments.options, own));
    table = known;
    arguments = before;
  }
  return drawings;
}

OrderedJson prompt_file_json(const std::vector<PlannedDrawing>& drawings, const std::vector<DrawResult>& results) {
  OrderedJson prompts = OrderedJson::array();
  double seconds = 0;
  for (size_t i = 0; i < drawings.size(); ++i) {
    prompts.push_back(result_json(drawings[i], results[i]));
    seconds += results[i].seconds;
  }
  return {{"prompts", prompts}, {"seconds", seconds}};
}

}  // namespace big
