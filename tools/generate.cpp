// generate: a prompt in, pictures of what was taught out.
#include "big/core/error.h"
#include "big/core/text.h"
#include "big/personalization/draw.h"
#include "big/pipeline/device.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/random_seed.h"
#include "cli/run_guarded.h"
#include "cli/wait_policy.h"
#include "generate_prompts.h"
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
                         "generate --prompt \"a (red:1.3) sks, [summer:winter:0.5]\" --style watercolour"}};

void add_prompt_options(OptionTable& table, DrawOptions& options) {
  const char* const kGroup = "What to draw";
  table
      .add(kGroup, "prompt", "the picture in words; identifiers get their category", &options.generate.prompt)
      .personal()
      .required();
  table.add(kGroup, "target_model", "which model draws", &options.target)
      .placeholder("MODEL")
      .choices({"private", "private_meta", "meta", "pretrained"})
      .personal();
  table.add(kGroup, "identifier", "the private subject, named in the prompt or not", &options.identifier)
      .alias("object_style_identifier")
      .placeholder("WORD")
      .personal()
      .unset("the one in the prompt");
  table
      .add(kGroup, "pretrained_model", "for target model pretrained: a name in the models folders, or a path",
           &options.pretrained_model)
      .placeholder("MODEL")
      .name_or_path()
      .personal();
  add_source_options(table, kGroup, options.source);
  table.add(kGroup, "negative_prompt", "what shall not be in the picture", &options.generate.negative_prompt);
  add_prompt_reading_options(table, kGroup, options);
  table
      .add(kGroup, "lora", "a LoRA and how much of it counts, FILE[:weight]; several times for several",
           &options.loras)
      .placeholder("FILE")
      .name_or_path()
      .personal();
  table
      .add(kGroup, "lora_ignore_unmatched", "pass over what in a LoRA fits no layer of the model",
           &options.lora_ignore_unmatched)
      .personal();
  table
      .add(kGroup, "embedding",
           "a textual-inversion embedding and its word in the prompt, FILE[:word]; several times for several",
           &options.embeddings)
      .placeholder("FILE")
      .name_or_path()
      .personal();
  table.add(kGroup, "num_images", "how many pictures", &options.generate.num_images).range(1, 100000);
  table.add(kGroup, "output_dir", "where their folder is made", &options.output_dir)
      .placeholder("DIR")
      .personal();
}

void add_sampling_options(OptionTable& table, GenerateOptions& generate) {
  const char* const kGroup = "How (a model may bring defaults of its own: see --print_config)";
  table.add(kGroup, "num_inference_steps", "denoising steps", &generate.num_inference_steps).range(1, 1000);
  table
      .add(kGroup, "guidance_scale", "how closely the prompt is followed; at most 1: not guided",
           &generate.guidance_scale)
      .range(0, 1000);
  table
      .add(kGroup, "guidance_rescale",
           "share by which guided contrast is brought back (0.7 for models of zero terminal SNR)",
           &generate.guidance_rescale)
      .range(0, 1);
  add_scheduler_options(table, kGroup, generate);
  table.add(kGroup, "height", "pixels", &generate.height).range(0, 16384).unset("the model's");
  table.add(kGroup, "width", "pixels", &generate.width).range(0, 16384).unset("the model's");
  table.add(kGroup, "seed", "picture i has seed + i", &generate.seed).personal().unset("random");
  table.add(kGroup, "batch_size", "pictures drawn at once", &generate.batch_size).range(1, 1024);
}

/// diffusers' original_size, crops_coords_top_left and target_size.
void add_size_options(OptionTable& table, SizeConditions& sizes) {
  const char* const kGroup = "SDXL: what the picture shall look like to have been";
  const auto add = [&](const char* name, const char* help, int64_t* value) -> Option& {
    return table.add(kGroup, name, help, value).range(0, 16384);
  };
  add("original_height", "pixels before it was resized", &sizes.original_height).unset("the picture's");
  add("original_width", "pixels before it was resized", &sizes.original_width).unset("the picture's");
  add("crop_top", "pixels cut off above", &sizes.crop_top);
  add("crop_left", "pixels cut off on the left", &sizes.crop_left);
  add("target_height", "pixels after cropping", &sizes.target_height).unset("the picture's");
  add("target_width", "pixels after cropping", &sizes.target_width).unset("the picture's");
}

OrderedJson result_json(const DrawOptions& options, const DrawPlan& plan, const DrawResult& result) {
  OrderedJson images = OrderedJson::array();
  for (const DrawnImage& image : result.images) {
    images.push_back({{"path", image.path.string()}, {"seed", image.seed}});
  }
  return {{"directory", result.directory.string()},
          {"grid", result.grid.string()},
          {"images", images},
          {"prompt", options.generate.prompt},
          {"prompt_used", plan.prompt_used},
          {"identifiers", plan.identifiers},
          {"target_model", to_string(options.target)},
          {"seconds", result.seconds}};
}

std::string result_text(const DrawResult& result) {
  std::string text;
  for (const DrawnImage& image : result.images)
    text += concat(image.path.string(), "  (seed ", image.seed, ")\n");
  return text + result.grid.string() + "\n";
}

/// The plan, its model's defaults overlaid. Printing settings needs no drawable wish: then there may be none.
DrawPlan plan_with_defaults(OptionTable& table, const DrawOptions& options, bool print_config) {
  try {
    DrawPlan plan = plan_drawing(options);
    table.overlay_base(plan.model_folder);
    return plan;
  } catch (const UsageError&) {
    if (!print_config) throw;
    return {};
  }
}

void run(const std::vector<std::string>& arguments) {
  DrawOptions options;
  CommonOptions common;
  int64_t threads = 0;
  bool list_schedulers = false;
  OptionTable table(kText);
  add_prompt_options(table, options);
  add_sampling_options(table, options.generate);
  add_size_options(table, options.generate.sizes);
  table
      .add("What to show", "list_schedulers", "the schedulers and schedules there are, and nothing drawn",
           &list_schedulers)
      .flag_only();
  add_compute_options(table, options.device, options.dtype, threads);
  add_common_options(table, common);
  if (!read_options(table, common, arguments)) return;
  if (list_schedulers) return print_result(common.json, schedulers_text(), schedulers_json());
  if (!common.print_config) table.require("prompt", "say what to draw: " + kText.usage);
  if (table.given("models_dir")) require_models_dir(common);
  options.user = common.user;
  options.models_dir = common.models_dir;
  options.project_models = common.project_models;
  options.program_version = version_text();
  const DrawPlan plan = plan_with_defaults(table, options, common.print_config);
  if (answer_print_config(table, common)) return;
  if (!table.given("seed")) options.generate.seed = random_seed();
  set_threads(threads);
  DrawResult result;
  {
    ProgressBar bar(common.quiet);
    result = draw(options, plan, bar.callback());
  }
  print_result(common.json, result_text(result), result_json(options, plan, result));
}

}  // namespace
}  // namespace big

int main(int argc, char** argv) {
  big::sleep_while_waiting(argv);
  return big::run_guarded(argc, argv, big::run);
}
