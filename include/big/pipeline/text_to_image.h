#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "big/core/progress.h"
#include "big/imaging/image.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/pipeline/start_options.h"

namespace big {

/// Values of GenerateOptions::prompt_syntax.
inline constexpr const char* kWebUiSyntax = "webui";
inline constexpr const char* kPlainSyntax = "plain";

/// What a person wants drawn. Defaults are the original's; a base model's big.json overlays them.
struct GenerateOptions {
  std::string prompt, negative_prompt;
  /// webui: weights, BREAK, AND, schedules and alternation are read (docs/prompts.md), of any length; plain:
  /// the text as it stands, cut to the model's window, as diffusers reads it.
  std::string prompt_syntax = kWebUiSyntax;
  int64_t clip_skip = 0;  ///< the text encoder's layer that is read, from the last, 1; 0: the model's own
  int64_t num_images = 10;
  int64_t num_inference_steps = 50;
  double guidance_scale = 7.5;    ///< at most 1: no guidance, one UNet pass a step instead of two
  double guidance_rescale = 0;    ///< 0 to 1: share of arXiv 2305.08891's eq. 16, against overexposure
  std::string scheduler;          ///< empty: the folder's
  std::string schedule;           ///< empty: what the scheduler's name or the folder says
  double eta = -1;                ///< 0 to 1: share of fresh noise; below 0: the scheduler's own
  int64_t height = 0, width = 0;  ///< 0: the model's native size, or that of the picture to begin from
  uint64_t seed = 0;              ///< picture i has seed + i
  std::string rng = "cpu";        ///< cpu | philox: whose numbers a seed stands for (NoiseSource)
  int64_t batch_size = 1;
  int64_t preview_every = 0;  ///< steps between previews; 0: none
  SizeConditions sizes;  ///< SDXL: what the picture shall look like to have been; sizes 0: the picture's own
  double aesthetic_score = 6.0, negative_aesthetic_score = 2.5;  ///< SDXL's refiner: 0 to 10
  StartOptions start;
  HiresOptions hires;
  std::string vae_tiling = "auto";  ///< auto | on | off: see VaeTiling
};

/// Throws UsageError for a wish that no model can meet: numbers out of range, a mask without its picture, and
/// other contradictions.
void check_options(const GenerateOptions& options);

/// Of `steps` those that a strength leaves to make, as diffusers counts them.
int64_t drawn_steps(int64_t steps, double strength);
/// The second pass's steps before its strength counts.
int64_t second_pass_steps(const GenerateOptions& options);
/// The steps that all pictures of a wish take together, of both passes.
int64_t total_steps(const GenerateOptions& options);

/// Draws num_images pictures and hands each over when it is finished, with its index; picture i depends on
/// its own seed alone. Progress counts denoising steps over all pictures and passes. Pictures that overflow
/// in half precision are drawn again in fp32, with a warning. Throws UsageError as check_options and for
/// sizes that are no multiple of the VAE's factor (naming the nearest two), InputError for a picture or mask
/// that cannot be used, Interrupted between steps.
///
/// For prompts without syntax that fit into the text window equal to diffusers' pipelines with one CPU generator a picture: StableDiffusionPipeline and
/// StableDiffusionXLPipeline (without a negative prompt where this one's is empty); from a picture their
/// Img2Img and, with a mask, Inpaint pipelines, of whose result the masked part is laid into the picture. For
/// an inpainting UNet without a mask the latter with all of it masked (from noise at strength 1), for SDXL's
/// refiner StableDiffusionXLImg2ImgPipeline. A second pass is the img2img of the picture made larger, with
/// the same seed.
///
/// `on_preview` is handed what a picture looks like so far, decoded from the clean latents that the network
/// predicts, every `preview_every` steps of a pass but the last.
using ImageFn = std::function<void(int64_t index, Image image)>;
void generate(StableDiffusion& model,
              const GenerateOptions& options,
              const ImageFn& on_image,
              const ProgressFn& progress = {},
              const ImageFn& on_preview = {});

}  // namespace big
