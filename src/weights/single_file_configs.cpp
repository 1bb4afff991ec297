// The configs of the families' published diffusers folders, for files that carry none: facts of
// huggingface.co's stable-diffusion-v1-5, stable-diffusion-inpainting, stable-diffusion-2, -2-1,
// -2-inpainting, stable-diffusion-xl-base-1.0, -xl-refiner-1.0 and stable-diffusion-xl-1.0-inpainting-0.1.
// Keys at diffusers' defaults are left out.
#include <stdexcept>

#include "big/weights/single_file_family.h"

namespace big {
namespace {

/// `base` with the keys of `changes` put over it.
Json changed(Json base, const Json& changes) {
  base.update(changes);
  return base;
}

Json unet_sd1() {
  return Json::parse(R"({
    "_class_name": "UNet2DConditionModel", "act_fn": "silu", "attention_head_dim": 8,
    "block_out_channels": [320, 640, 1280, 1280], "center_input_sample": false, "cross_attention_dim": 768,
    "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
    "downsample_padding": 1, "flip_sin_to_cos": true, "freq_shift": 0, "in_channels": 4, "layers_per_block": 2,
    "mid_block_scale_factor": 1, "norm_eps": 1e-05, "norm_num_groups": 32, "out_channels": 4, "sample_size": 64,
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]})");
}

Json unet_sd2() {
  return changed(unet_sd1(), Json::parse(R"({
    "attention_head_dim": [5, 10, 20, 20], "cross_attention_dim": 1024, "use_linear_projection": true,
    "sample_size": 96, "upcast_attention": true})"));
}

Json unet_sd2_base() { return changed(unet_sd2(), {{"sample_size", 64}, {"upcast_attention", false}}); }

Json unet_sdxl() {
  return changed(unet_sd1(), Json::parse(R"({
    "addition_embed_type": "text_time", "addition_time_embed_dim": 256, "attention_head_dim": [5, 10, 20],
    "block_out_channels": [320, 640, 1280], "cross_attention_dim": 2048,
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "projection_class_embeddings_input_dim": 2816, "sample_size": 128, "transformer_layers_per_block": [1, 2, 10],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"], "use_linear_projection": true})"));
}

Json unet_refiner() {
  return changed(unet_sdxl(), Json::parse(R"({
    "attention_head_dim": [6, 12, 24, 24], "block_out_channels": [384, 768, 1536, 1536], "cross_attention_dim": 1280,
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
    "projection_class_embeddings_input_dim": 2560, "transformer_layers_per_block": 4,
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"]})"));
}

Json vae_sd() {
  return Json::parse(R"({
    "_class_name": "AutoencoderKL", "act_fn": "silu", "block_out_channels": [128, 256, 512, 512],
    "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
    "in_channels": 3, "latent_channels": 4, "layers_per_block": 2, "norm_num_groups": 32, "out_channels": 3,
    "sample_size": 512, "scaling_factor": 0.18215,
    "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]})");
}

Json vae_sdxl() {
  return changed(vae_sd(), {{"sample_size", 1024}, {"scaling_factor", 0.13025}, {"force_upcast", true}});
}

Json text_sd1() {
  return Json::parse(R"({
    "architectures": ["CLIPTextModel"], "attention_dropout": 0.0, "bos_token_id": 0, "eos_token_id": 2,
    "hidden_act": "quick_gelu", "hidden_size": 768, "initializer_factor": 1.0, "initializer_range": 0.02,
    "intermediate_size": 3072, "layer_norm_eps": 1e-05, "max_position_embeddings": 77, "model_type": "clip_text_model",
    "num_attention_heads": 12, "num_hidden_layers": 12, "pad_token_id": 1, "projection_dim": 768, "vocab_size": 49408})");
}

Json text_sd2() {
  return changed(text_sd1(), {{"hidden_act", "gelu"},
                              {"hidden_size", 1024},
                              {"intermediate_size", 4096},
                              {"num_attention_heads", 16},
                              {"num_hidden_layers", 23},  // of OpenCLIP's 24: the last is not used
                              {"projection_dim", 512}});
}

Json text_open_clip_g() {
  return changed(text_sd1(), {{"architectures", Json::array({"CLIPTextModelWithProjection"})},
                              {"hidden_act", "gelu"},
                              {"hidden_size", 1280},
                              {"intermediate_size", 5120},
                              {"num_attention_heads", 20},
                              {"num_hidden_layers", 32},
                              {"projection_dim", 1280}});
}

Json special(const std::string& content) {
  return {{"__type", "AddedToken"}, {"content", content}, {"lstrip", false},
          {"normalized", true},     {"rstrip", false},    {"single_word", false}};
}

Json tokenizer(const std::string& pad) {
  return {{"bos_token", special("<|startoftext|>")},
          {"eos_token", special("<|endoftext|>")},
          {"unk_token", special("<|endoftext|>")},
          {"pad_token", pad},
          {"model_max_length", 77},
          {"tokenizer_class", "CLIPTokenizer"}};
}
Json tokenizer_openai() { return tokenizer("<|endoftext|>"); }
Json tokenizer_open_clip() { return tokenizer("!"); }

Json scheduler_sd1() {
  return Json::parse(R"({
    "_class_name": "PNDMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear", "beta_start": 0.00085,
    "clip_sample": false, "num_train_timesteps": 1000, "prediction_type": "epsilon", "set_alpha_to_one": false,
    "skip_prk_steps": true, "steps_offset": 1, "trained_betas": null})");
}

Json scheduler_sd2() {
  return changed(scheduler_sd1(), {{"_class_name", "DDIMScheduler"}, {"prediction_type", "v_prediction"}});
}

Json scheduler_sdxl() {
  return changed(scheduler_sd1(), {{"_class_name", "EulerDiscreteScheduler"},
                                   {"interpolation_type", "linear"},
                                   {"sample_max_value", 1.0},
                                   {"timestep_spacing", "leading"},
                                   {"use_karras_sigmas", false}});
}

Json index_sd(const char* pipeline) {
  return {{"_class_name", pipeline},
          {"_diffusers_version", "0.30.0"},
          {"feature_extractor", {nullptr, nullptr}},
          {"image_encoder", {nullptr, nullptr}},
          {"requires_safety_checker", false},
          {"safety_checker", {nullptr, nullptr}},
          {"scheduler", {"diffusers", "PNDMScheduler"}},
          {"text_encoder", {"transformers", "CLIPTextModel"}},
          {"tokenizer", {"transformers", "CLIPTokenizer"}},
          {"unet", {"diffusers", "UNet2DConditionModel"}},
          {"vae", {"diffusers", "AutoencoderKL"}}};
}

Json index_sdxl(const char* pipeline) {
  Json index = index_sd(pipeline);
  index.erase("requires_safety_checker");
  index.erase("safety_checker");
  index["text_encoder_2"] = {"transformers", "CLIPTextModelWithProjection"};
  index["tokenizer_2"] = {"transformers", "CLIPTokenizer"};
  index["scheduler"] = {"diffusers", "EulerDiscreteScheduler"};
  index["force_zeros_for_empty_prompt"] = true;
  return index;
}

ModelConfigs sd1() {
  return {{"model_index", index_sd("StableDiffusionPipeline")},
          {"scheduler", scheduler_sd1()},
          {"tokenizer", tokenizer_openai()},
          {"text_encoder", text_sd1()},
          {"unet", unet_sd1()},
          {"vae", vae_sd()}};
}

ModelConfigs sd2() {
  ModelConfigs configs = sd1();
  configs["model_index"]["scheduler"] = {"diffusers", "DDIMScheduler"};
  configs["scheduler"] = scheduler_sd2();
  configs["tokenizer"] = tokenizer_open_clip();
  configs["text_encoder"] = text_sd2();
  configs["unet"] = unet_sd2();
  configs["vae"] = changed(vae_sd(), {{"sample_size", 768}});
  return configs;
}

ModelConfigs sd2_base() {
  ModelConfigs configs = sd2();
  configs["model_index"]["scheduler"] = {"diffusers", "PNDMScheduler"};
  configs["scheduler"] = scheduler_sd1();
  configs["unet"] = unet_sd2_base();
  return configs;
}

ModelConfigs sdxl() {
  return {{"model_index", index_sdxl("StableDiffusionXLPipeline")},
          {"scheduler", scheduler_sdxl()},
          {"tokenizer", tokenizer_openai()},
          {"tokenizer_2", tokenizer_open_clip()},
          {"text_encoder", text_sd1()},
          {"text_encoder_2", text_open_clip_g()},
          {"unet", unet_sdxl()},
          {"vae", vae_sdxl()}};
}

ModelConfigs sdxl_refiner() {
  ModelConfigs configs = sdxl();
  configs["model_index"] = index_sdxl("StableDiffusionXLImg2ImgPipeline");
  configs["model_index"].update(Json{{"text_encoder", {nullptr, nullptr}},
                                     {"tokenizer", {nullptr, nullptr}},
                                     {"force_zeros_for_empty_prompt", false},
                                     {"requires_aesthetics_score", true}});
  configs.erase("text_encoder");
  configs.erase("tokenizer");
  configs["unet"] = unet_refiner();
  return configs;
}

/// The same with the mask and the masked picture's latents as five more channels.
ModelConfigs inpainting(ModelConfigs configs, const char* pipeline) {
  configs["model_index"]["_class_name"] = pipeline;
  configs["unet"]["in_channels"] = 9;
  return configs;
}

}  // namespace

ModelConfigs family_configs(const std::string& family_name) {
  if (family_name == "sd1") return sd1();
  if (family_name == "sd1_inpaint") return inpainting(sd1(), "StableDiffusionInpaintPipeline");
  if (family_name == "sd2") return sd2();
  if (family_name == "sd2_base") return sd2_base();
  if (family_name == "sd2_inpaint") return inpainting(sd2_base(), "StableDiffusionInpaintPipeline");
  if (family_name == "sdxl") return sdxl();
  if (family_name == "sdxl_inpaint") return inpainting(sdxl(), "StableDiffusionXLInpaintPipeline");
  if (family_name == "sdxl_refiner") return sdxl_refiner();
  throw std::out_of_range("no family of single files is called " + family_name);
}

}  // namespace big
