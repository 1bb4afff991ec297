#include "folder_readers.h"

#include <torch/types.h>

#include "addon_readers.h"
#include "big/weights/stored_size.h"
#include "big/weights/vae_file.h"
#include "listed_folder.h"
#include "model_folder.h"
#include "model_readers.h"

namespace big::fuzz {
namespace {

namespace fs = std::filesystem;

const fs::path kSeeds = "tests/fuzz/seeds";

/// model_index.json of a folder whose parts are there, each with one tensor.
void read_index(const std::string& bytes) {
  static const ScratchFolder folder;
  static const bool has_parts = [] {
    for (const char* part : {"unet", "vae", "text_encoder", "text_encoder_2"}) {
      folder.write(fs::path(part) / "config.json", "{}");
      fs::copy_file(project_root() / kSeeds / "safetensors/one.safetensors",
                    folder.path() / part / (weight_stem_of(part) + ".safetensors"));
    }
    folder.write("scheduler/scheduler_config.json", "{\"lambda_min_clipped\": -Infinity}");
    return true;
  }();
  require(has_parts, "the parts are there");
  folder.write("model_index.json", bytes);
  use_model(read_model_folder(folder.path()));
  read_model_index(folder.path());
}

/// A model's folder in which files are missing, surplus, or something else than they should be.
void read_listed_model(const std::string& listing) {
  static const ListedFolder listed(
      {"model_index.json", "scheduler/scheduler_config.json", "single_file_extra.safetensors",
       "tokenizer/tokenizer_config.json", "text_encoder/config.json", "text_encoder/model.safetensors",
       "text_encoder/model.fp16.safetensors", "text_encoder/pytorch_model.bin", "unet/config.json",
       "unet/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model.bin",
       "unet/diffusion_pytorch_model.safetensors.index.json", "unet/model-00001-of-00002.safetensors",
       "unet/model-00002-of-00002.safetensors", "vae/config.json", "vae/diffusion_pytorch_model.safetensors"});
  const fs::path folder = listed.fill(listing);
  read_model_index(folder);
  const StoredModel model = read_model_folder(folder);
  use_model(model);
  for (const auto& [part, tensors] : model.parts) stored_size(folder / part, weight_stem_of(part));
  read_schedule_config(folder);
  use_tensors(read_vae(folder, {}).tensors);
}

/// A LoRA's folder of any of the three kinds, or what is taken for one; PEFT's file by itself too.
void read_listed_lora(const std::string& listing) {
  static const ListedFolder listed(
      {"adapter_model.safetensors", "adapter_config.json", "pytorch_lora_weights.safetensors",
       "unet/adapter_model.safetensors", "unet/adapter_config.json", "text_encoder/adapter_model.safetensors",
       "text_encoder/adapter_config.json", "text_encoder_2/adapter_model.safetensors",
       "text_encoder_2/adapter_config.json"});
  const fs::path folder = listed.fill(listing), file = folder / "adapter_model.safetensors";
  if (fs::exists(file)) read_lora_at(file);
  read_lora_at(folder);
}

}  // namespace

std::vector<Reader> folder_readers() {
  return {{"model_index", read_index, mutate_json, {kSeeds / "model_index"}},
          {"model_folder", read_listed_model, mutate_lines, {kSeeds / "model_folder"}},
          {"lora_folder", read_listed_lora, mutate_lines, {kSeeds / "lora_folder"}}};
}

}  // namespace big::fuzz
