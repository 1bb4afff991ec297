#pragma once

#include <memory>

#include "big/networks/adapted_layer.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/training/train_options.h"

namespace big {

/// Takes away what stands beside the weights and puts there the adapters that options.lora asks for, in at
/// least fp32: beside the UNet's layers, with train_text_encoder beside the text encoders' too, and wherever
/// options.lora.init has some. New ones begin as those of diffusers' LoRA scripts (peft's init "gaussian": down
/// normal with deviation 1 / rank, up zero; DoRA's magnitudes the lengths of the weights' rows), drawn from
/// options.seed by layer. All have `dropout` in front. Throws InputError for an init file that does not fit,
/// UsageError for options that make no sense.
void attach_new_adapters(StableDiffusion& model,
                         const TrainOptions& options,
                         const std::shared_ptr<const AdapterDropout>& dropout);

/// False for a tensor or layer ("text_encoder.text_model.final_layer_norm.weight") that no picture depends on:
/// SDXL reads its first text encoder before the last layer.
bool is_read(const StableDiffusion& model, const std::string& name);

}  // namespace big
