// generate: a prompt in, pictures of what was taught out.
#include <optional>

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
#include "generate_again.h"
#include "generate_grid.h"
#include "generate_prompts.h"
#include "generate_schedulers.h"
#include "generate_show.h"
#include "generate_start.h"

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
  table.add(kGroup, "num_images", "how many pictures", &options.generate.num_images)
      .range(1, 100000)
      .unrecorded();
}

void add_file_options(OptionTable& table, DrawOptions& options, ShowOptions& show) {
  const char* const kGroup = "Files and screen";
  table.add(kGroup, "output_dir", "where their folder is made", &options.output_dir)
      .placeholder("DIR")
      .personal()
      .unrecorded();
  table.add(kGroup, "format", "of the pictures", &options.format)
      .placeholder("NAME")
      .choices({"png", "jpeg", "webp"})
      .personal();
  table.add(kGroup, "quality", "of JPEG and WebP; WebP at 100 loses nothing", &options.quality)
      .range(1, 100)
      .personal();
  table
      .add(kGroup, "preview_every",
           "write preview-<i>.png every so many steps (each costs a decoding; it goes when the picture is there); 0: "
           "none",
           &options.generate.preview_every)
      .range(0, 1000)
      .personal()
      .unrecorded();
  add_show_options(table, kGroup, show);
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
  table.add(kGroup, "height", "pixels", &generate.height)
      .range(0, 16384)
      .unset("the model's or init_image's");
  table.add(kGroup, "width", "pixels", &generate.width).range(0, 16384).unset("the model's or init_image's");
  table.add(kGroup, "seed", "picture i has seed + i", &generate.seed).personal().unset("random");
  table
      .add(kGroup, "rng", "whose random numbers a seed stands for: torch's on the CPU, or a CUDA device's (as the web "
                          "UIs')",
           &generate.rng)
      .placeholder("NAME")
      .choices({"cpu", "philox"});
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

/// The pictures of the JSON result; with a grid's axes, what each stands for.
OrderedJson images_json(const DrawOptions& options, const DrawResult& result, const std::vector<GridAxis>& axes) {
  OrderedJson images = OrderedJson::array();
  for (size_t i = 0; i < result.images.size(); ++i) {
    images.push_back({{"path", result.images[i].path.string()}, {"seed", result.images[i].seed}});
    if (!axes.empty())
      images.back()["settings"] = cell_values(axes, i / static_cast<size_t>(options.generate.num_images));
  }
  return images;
}

OrderedJson result_json(const DrawOptions& options,
                        const DrawPlan& plan,
                        const DrawResult& result,
                        const std::vector<GridAxis>& axes) {
  OrderedJson json = {{"directory", result.directory.string()},
                      {"grid", result.grid.string()},
                      {"images", images_json(options, result, axes)},
                      {"prompt", options.generate.prompt},
                      {"prompt_used", plan.prompt_used},
                      {"identifiers", plan.identifiers},
                      {"target_model", to_string(options.target)},
                      {"seconds", result.seconds}};
  for (const auto& grid : result.further_grids) json["further_grids"].push_back(grid.string());
  return json;
}

std::string result_text(const DrawResult& result) {
  std::string text;
  for (const DrawnImage& image : result.images)
    text += concat(image.path.string(), "  (seed ", image.seed, ")\n");
  text += result.grid.string() + "\n";
  for (const auto& grid : result.further_grids) text += grid.string() + "\n";
  return text;
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

/// Everything that is asked of a run.
struct Wishes {
  DrawOptions options;
  CommonOptions common;
  AgainOptions again;
  ShowOptions show;
  std::string grid;
  int64_t threads = 0;
  bool list_schedulers = false;
};

void add_options(OptionTable& table, Wishes& wishes) {
  DrawOptions& options = wishes.options;
  add_prompt_options(table, options);
  add_sampling_options(table, options.generate);
  add_start_options(table, options.generate);
  add_size_options(table, options.generate.sizes);
  const char* const kMany = "Again, and compared";
  add_again_options(table, kMany, wishes.again);
  table
      .add(kMany, "grid",
           "a sheet over settings, up to three: \"scheduler=Euler,DPM++ 2M;guidance_scale=3,5,7\"", &wishes.grid)
      .placeholder("AXES")
      .personal()
      .unrecorded();
  add_file_options(table, options, wishes.show);
  table
      .add("What to show", "list_schedulers", "the schedulers and schedules there are, and nothing drawn",
           &wishes.list_schedulers)
      .flag_only();
  add_compute_options(table, options.device, options.dtype, wishes.threads);
  add_common_options(table, wishes.common);
}

void run(const std::vector<std::string>& arguments) {
  Wishes wishes;
  DrawOptions& options = wishes.options;
  const CommonOptions& common = wishes.common;
  OptionTable table(kText);
  add_options(table, wishes);
  std::optional<PictureRecord> earlier;
  const auto read_picture = [&] { earlier = overlay_again(table, wishes.again); };
  if (!read_options(table, wishes.common, arguments, read_picture)) return;
  if (wishes.list_schedulers) return print_result(common.json, schedulers_text(), schedulers_json());
  const auto axes = parse_grid(wishes.grid);
  if (wishes.again.verify && !axes.empty())
    throw UsageError("--verify compares one picture: leave --grid out");
  apply_first_values(table, axes);
  if (!common.print_config) table.require("prompt", "say what to draw: " + kText.usage);
  if (table.given("models_dir")) require_models_dir(common);
  options.user = common.user;
  options.models_dir = common.models_dir;
  options.project_models = common.project_models;
  options.program_version = version_text();
  if (earlier) announce_again(wishes.again, *earlier);
  const DrawPlan plan = plan_with_defaults(table, options, common.print_config);
  if (answer_print_config(table, common)) return;
  if (!table.given("seed")) options.generate.seed = random_seed();
  if (!axes.empty() && !table.given("num_images")) options.generate.num_images = 1;
  options.settings = table.recorded_settings();
  set_threads(wishes.threads);
  DrawResult result;
  {
    ProgressBar bar(common.quiet);
    result = axes.empty() ? draw(options, plan, bar.callback())
                          : draw_grid(make_grid(table, options, axes), bar.callback());
  }
  OrderedJson json = result_json(options, plan, result, axes);
  if (earlier) json["from"] = compare_again(wishes.again, result);
  if (!common.json) show_grid(wishes.show, result);
  print_result(common.json, result_text(result), json);
}

}  // namespace
}  // namespace big

int main(int argc, char** argv) {
  big::sleep_while_waiting(argv);
  return big::run_guarded(argc, argv, big::run);
}
