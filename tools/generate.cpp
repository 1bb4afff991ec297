// generate: a prompt in, pictures of what was taught out.
#include <optional>

#include "big/core/error.h"
#include "big/pipeline/device.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/run_guarded.h"
#include "generate_grid.h"
#include "generate_options.h"
#include "generate_plan.h"
#include "generate_prompt_file.h"
#include "generate_result.h"
#include "generate_schedulers.h"

namespace big {
namespace {

const ToolText kText = {"generate",
                        "draw what was taught",
                        "generate --prompt TEXT [options]",
                        {"generate --prompt \"a sks on the beach\"",
                         "generate --prompt \"sks and brc in a garden\" --target_model meta --num_images 4",
                         "generate --prompt \"a castle\" --target_model pretrained --seed 7",
                         "generate --prompt \"a sks in ink <lora:ink:0.8>\"",
                         "generate --prompt \"a sks in a garden\" --init_image sketch.png --strength 0.6",
                         "generate --prompt \"a red hat\" --init_image sks.png --mask hat.png",
                         "generate --from picture.png --num_inference_steps 40",
                         "generate --prompt \"a sks\" --grid \"scheduler=Euler,DPM++ 2M;guidance_scale=3,5,7\"",
                         "generate --prompt_file prompts.txt --num_images 1",
                         "generate --prompt \"a (red:1.3) sks, [summer:winter:0.5]\" --style watercolour"}};

/// The plan, its model's defaults overlaid. Printing settings needs no drawable wish: then there may be none.
PlannedDrawing plan_wish(OptionTable& table, GenerateArguments& arguments) {
  try {
    return plan_with_defaults(table, arguments.options);
  } catch (const UsageError&) {
    if (!arguments.common.print_config) throw;
    return {};
  }
}

void draw_prompt_file(OptionTable& table, GenerateArguments& arguments) {
  const auto drawings = plan_prompt_file(table, arguments);
  const CommonOptions& common = arguments.common;
  std::vector<DrawResult> results;
  {
    ProgressBar bar(common.quiet);
    results = draw_list(drawings, bar.callback());
  }
  std::string text;
  for (const DrawResult& result : results) {
    if (!common.json) show_grid(arguments.show, result);
    text += result_text(result);
  }
  print_result(common.json, text, prompt_file_json(drawings, results));
}

void draw_wish(OptionTable& table,
               GenerateArguments& arguments,
               const std::vector<GridAxis>& axes,
               const std::optional<PictureRecord>& earlier) {
  DrawOptions& options = arguments.options;
  const CommonOptions& common = arguments.common;
  const PlannedDrawing drawing = plan_wish(table, arguments);
  if (answer_print_config(table, common)) return;
  DrawResult result;
  {
    ProgressBar bar(common.quiet);
    result = axes.empty() ? draw(drawing.options, drawing.plan, bar.callback())
                          : draw_grid(make_grid(table, options, axes), bar.callback());
  }
  OrderedJson json = result_json(drawing, result, axes);
  if (earlier) json["from"] = compare_again(arguments.again, result);
  if (!common.json) show_grid(arguments.show, result);
  print_result(common.json, result_text(result), json);
}

void run(const std::vector<std::string>& words) {
  GenerateArguments arguments;
  DrawOptions& options = arguments.options;
  const CommonOptions& common = arguments.common;
  OptionTable table(kText);
  add_generate_options(table, arguments);
  std::optional<PictureRecord> earlier;
  const auto read_picture = [&] {
    check_goes_with_prompt_file(table, arguments);
    earlier = overlay_again(table, arguments.again);
  };
  if (!read_options(table, arguments.common, words, read_picture)) return;
  if (arguments.list_schedulers) return print_result(common.json, schedulers_text(), schedulers_json());
  check_goes_with_prompt_file(table, arguments);  // a configuration file may bring a grid
  const auto axes = parse_grid(arguments.grid);
  if (arguments.again.verify && !axes.empty())
    throw UsageError("--verify compares one picture: leave --grid out");
  apply_first_values(table, axes);
  const bool has_prompts = !arguments.prompt_file.empty();
  if (!common.print_config && !has_prompts) table.require("prompt", "say what to draw: " + kText.usage);
  if (table.given("models_dir")) require_models_dir(common);
  options.user = common.user;
  options.models_dir = common.models_dir;
  options.project_models = common.project_models;
  options.program_version = version_text();
  if (earlier) announce_again(arguments.again, *earlier);
  if (earlier && !common.print_config) require_beside(table, arguments.again);
  // A file that is named now holds what is meant now.
  if (earlier && table.option("styles").origin() != Origin::kFlag) options.known_styles = earlier->styles;
  if (!axes.empty() && !table.given("num_images")) options.generate.num_images = 1;
  set_threads(arguments.threads);
  if (has_prompts && !common.print_config) return draw_prompt_file(table, arguments);
  draw_wish(table, arguments, axes, earlier);
}

}  // namespace
}  // namespace big

int main(int argc, char** argv) {
  big::leave(big::run_guarded(argc, argv, big::run));
}
