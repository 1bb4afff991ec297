#include "conditioning.h"

#include <torch/types.h>

#include "big/core/log.h"
#include "big/core/text.h"

namespace big {
namespace {

void warn_of_cut_words(const StableDiffusion& model, const std::string& name, const std::string& text) {
  const auto& tokenizer = model.tokenizer ? *model.tokenizer : *model.tokenizer_2;
  const auto cut = tokenizer.encode_padded(text).cut;
  if (cut.empty()) return;
  log_warning(concat("the ", name, " is longer than the model's window of ", tokenizer.max_length(),
                     " tokens; what is cut: ", join(cut, " ")));
}

TextEmbeddings zeros_like(const TextEmbeddings& text) {
  return {torch::zeros_like(text.context),
          text.pooled.defined() ? torch::zeros_like(text.pooled) : text.pooled};
}

TextEmbeddings unwanted_text(StableDiffusion& model,
                             const GenerateOptions& options,
                             const TextEmbeddings& wanted) {
  if (options.negative_prompt.empty() && model.force_zeros_for_empty_prompt) return zeros_like(wanted);
  warn_of_cut_words(model, "negative prompt", options.negative_prompt);
  return encode_prompts(model, {options.negative_prompt});
}

/// The wish's sizes; what it leaves open is the picture's own.
SizeConditions completed(SizeConditions sizes, int64_t height, int64_t width) {
  if (sizes.original_height == 0) sizes.original_height = height;
  if (sizes.original_width == 0) sizes.original_width = width;
  if (sizes.target_height == 0) sizes.target_height = height;
  if (sizes.target_width == 0) sizes.target_width = width;
  return sizes;
}

}  // namespace

Conditioning make_conditioning(StableDiffusion& model,
                               const GenerateOptions& options,
                               int64_t height,
                               int64_t width) {
  Conditioning conditioning;
  conditioning.guidance_scale = options.guidance_scale;
  conditioning.guidance_rescale = options.guidance_rescale;
  warn_of_cut_words(model, "prompt", options.prompt);
  const auto sizes = completed(options.sizes, height, width);
  conditioning.wanted = {encode_prompts(model, {options.prompt}),
                         time_ids(model, sizes, options.aesthetic_score)};
  // A network that is told the scale was distilled from guided pictures and is not guided once more.
  if (options.guidance_scale > 1 && model.unet->config.time_cond_proj_dim == 0) {
    conditioning.unwanted = {unwanted_text(model, options, conditioning.wanted.text),
                             time_ids(model, sizes, options.negative_aesthetic_score)};
  }
  return conditioning;
}

}  // namespace big
