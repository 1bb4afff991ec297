#include "generate_start.h"

namespace big {
namespace {

void add_picture_options(OptionTable& table, StartOptions& start) {
  const char* const kGroup = "From a picture";
  table.add(kGroup, "init_image", "a picture to begin from, in place of noise alone", &start.init_image)
      .placeholder("FILE")
      .personal()
      .unset("none");
  table
      .add(kGroup, "strength", "the share of the steps that is made: 0.2 changes little, 1 leaves nothing",
           &start.strength)
      .range(0, 1);
  table
      .add(kGroup, "mask", "as large as init_image: white is drawn anew, black stays bit for bit",
           &start.mask)
      .placeholder("FILE")
      .personal()
      .unset("none");
  table.add(kGroup, "mask_blur", "pixels in which what is drawn fades into what stays", &start.mask_blur)
      .range(0, 1024);
  table.add(kGroup, "inpaint_masked_only",
            "draw the masked part and its surroundings at full size, then put it back",
            &start.inpaint_masked_only);
  table
      .add(kGroup, "mask_padding", "those surroundings, in pixels of init_image on each side",
           &start.mask_padding)
      .range(0, 16384);
}

void add_hires_options(OptionTable& table, HiresOptions& hires) {
  const char* const kGroup = "Larger pictures";
  table
      .add(kGroup, "hires_scale", "draw once more over the picture, made so many times larger; 1: do not",
           &hires.scale)
      .range(1, 8);
  table.add(kGroup, "hires_strength", "the share of the second pass's steps that is made", &hires.strength)
      .range(0, 1);
  table.add(kGroup, "hires_steps", "of the second pass; 0: as many as the first", &hires.steps)
      .range(0, 1000);
  table.add(kGroup, "hires_upscaler", "what is made larger: the picture, or its latents", &hires.upscaler)
      .placeholder("NAME")
      .choices({"lanczos", "latent"});
}

}  // namespace

void add_start_options(OptionTable& table, GenerateOptions& generate) {
  add_picture_options(table, generate.start);
  add_hires_options(table, generate.hires);
  table
      .add("Larger pictures", "vae_tiling",
           "decode in overlapping tiles, in less memory; auto: where a picture is large",
           &generate.vae_tiling)
      .placeholder("WHEN")
      .choices({"auto", "on", "off"});
}

}  // namespace big
