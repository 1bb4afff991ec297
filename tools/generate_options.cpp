#include "generate_options.h"

#include "generate_prompts.h"
#include "generate_schedulers.h"
#include "generate_start.h"

namespace big {
namespace {

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

void add_many_options(OptionTable& table, GenerateArguments& arguments) {
  const char* const kGroup = "Again, many, and compared";
  add_again_options(table, kGroup, arguments.again);
  table
      .add(kGroup, "prompt_file",
           "draw each of its prompts: a text with one a line, or TOML with tables [[picture]] of a prompt and flags "
           "of its own (docs/prompts.md)",
           &arguments.prompt_file)
      .placeholder("FILE")
      .flag_only();
  table
      .add(kGroup, "grid",
           "a sheet over settings, up to three: \"scheduler=Euler,DPM++ 2M;guidance_scale=3,5,7\"", &arguments.grid)
      .placeholder("AXES")
      .personal()
      .unrecorded();
}

}  // namespace

void add_generate_options(OptionTable& table, GenerateArguments& arguments) {
  DrawOptions& options = arguments.options;
  add_prompt_options(table, options);
  add_sampling_options(table, options.generate);
  add_start_options(table, options.generate);
  add_size_options(table, options.generate.sizes);
  add_many_options(table, arguments);
  add_file_options(table, options, arguments.show);
  table
      .add("What to show", "list_schedulers", "the schedulers and schedules there are, and nothing drawn",
           &arguments.list_schedulers)
      .flag_only();
  add_compute_options(table, options.device, options.dtype, arguments.threads);
  add_common_options(table, arguments.common);
}

}  // namespace big
