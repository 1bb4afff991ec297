#include "check_parts.h"

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

[[noreturn]] void refuse(const StableDiffusion& model, const std::string& what) {
  throw InputError(
      concat(model.folder.string(), ": ", what, "; the parts of this folder are not of one model"));
}

void check_equal(const StableDiffusion& model,
                 const std::string& what,
                 int64_t found,
                 const std::string& to,
                 int64_t expected) {
  if (found != expected) refuse(model, concat(what, " is ", found, ", expected ", expected, " as ", to));
}

void check_at_most(const StableDiffusion& model,
                   const std::string& what,
                   int64_t found,
                   const std::string& to,
                   int64_t most) {
  if (found > most) refuse(model, concat(what, " is ", found, ", expected at most ", to, ", ", most));
}

void check_encoder(const StableDiffusion& model, const Tokenizer& tokenizer, const ClipTextConfig& text) {
  check_at_most(model, "the tokenizer's text window", tokenizer.max_length(),
                "the text encoder's max_position_embeddings", text.max_position_embeddings);
  check_at_most(model, "the tokenizer's vocabulary", tokenizer.vocab_size(), "the text encoder's vocab_size",
                text.vocab_size);
}

void check_latents(const StableDiffusion& model) {
  const auto& unet = model.unet->config;
  const auto latents = model.vae->config.latent_channels;
  // An inpainting UNet sees a mask and the latents of a masked picture too.
  if (unet.in_channels != 2 * latents + 1)
    check_equal(model, "the UNet's in_channels", unet.in_channels, "the VAE's latent_channels", latents);
  check_equal(model, "the UNet's out_channels", unet.out_channels, "the VAE's latent_channels", latents);
}

void check_text_width(const StableDiffusion& model) {
  int64_t width = 0;
  for (const auto& encoder : {model.text_encoder, model.text_encoder_2})
    if (encoder) width += encoder->config.hidden_size;
  const std::string to = model.text_encoder_2 && model.text_encoder
                             ? "both text encoders' hidden_size together"
                             : "the text encoder's hidden_size";
  for (const auto found : model.unet->config.cross_attention_dim)
    check_equal(model, "the UNet's cross_attention_dim", found, to, width);
}

/// SDXL: the pooled text and the time ids fill what the UNet has room for.
void check_added_conditions(const StableDiffusion& model) {
  const auto& unet = model.unet->config;
  if (unet.addition_time_embed_dim == 0) {
    if (model.text_encoder_2) refuse(model, "the UNet takes no pooled text, but there is a text_encoder_2");
    return;
  }
  if (!model.text_encoder_2) refuse(model, "the UNet takes pooled text, but there is no text_encoder_2");
  const auto pooled = model.text_encoder_2->config.projection_dim;
  if (pooled == 0) refuse(model, "text_encoder_2 has no projection (a CLIPTextModelWithProjection has)");
  const auto count = model.time_id_count();
  const bool fills =
      pooled + count * unet.addition_time_embed_dim == unet.projection_class_embeddings_input_dim;
  if (!fills || (count != 5 && count != 6)) {
    refuse(model, concat("the UNet's projection_class_embeddings_input_dim is ",
                         unet.projection_class_embeddings_input_dim, ", expected ",
                         pooled + 6 * unet.addition_time_embed_dim, " (or, for a refiner, ",
                         pooled + 5 * unet.addition_time_embed_dim,
                         "): text_encoder_2's projection_dim and 6 (5) times addition_time_embed_dim"));
  }
}

}  // namespace

void check_parts_fit(const StableDiffusion& model) {
  check_latents(model);
  check_text_width(model);
  check_added_conditions(model);
  if (model.text_encoder) check_encoder(model, *model.tokenizer, model.text_encoder->config);
  if (model.text_encoder_2) check_encoder(model, *model.tokenizer_2, model.text_encoder_2->config);
  if (model.text_encoder && model.text_encoder_2) {
    check_equal(model, "tokenizer_2's text window", model.tokenizer_2->max_length(), "the tokenizer's",
                model.tokenizer->max_length());
  }
}

}  // namespace big
