// Entry points of the readers whose headers name libtorch's types. None of them computes.
#include <torch/types.h>

#include <cmath>

#include "addon_readers.h"
#include "big/core/error.h"
#include "big/networks/autoencoder_kl.h"
#include "big/networks/clip_text_model.h"
#include "big/networks/unet_2d_condition.h"
#include "big/weights/checkpoint.h"
#include "big/weights/safetensors.h"
#include "big/weights/state_dict.h"
#include "folder_readers.h"
#include "infotext.h"
#include "model_folder.h"
#include "model_readers.h"
#include "network_size.h"
#include "reader.h"
#include "scratch_folder.h"

namespace big::fuzz {
namespace {

constexpr uint64_t kReadBytes = 1 << 20;

/// A file of tensors under this name, told by its content. Touches every byte that it promises.
void read_tensor_file(const std::string& name, const std::string& bytes) {
  static const ScratchFolder folder;
  const auto file = open_tensor_file(folder.write(name, bytes));
  for (const auto& [tensor_name, entry] : file->entries()) {
    const auto tensor = file->tensor(tensor_name);
    require(tensor.sizes() == entry.shape, "a tensor has the shape of its entry");
    // A view may be far larger than its bytes.
    if (tensor.nbytes() <= kReadBytes) tensor.contiguous();
  }
}

void read_safetensors(const std::string& bytes) {
  static const ScratchFolder folder;
  const SafetensorsFile file(folder.write("a.safetensors", bytes));
  for (const auto& [name, entry] : file.entries()) {
    const auto tensor = file.tensor(name);
    require(tensor.nbytes() == entry.end - entry.begin, "a tensor has the bytes of its entry");
    const auto* data = static_cast<const volatile char*>(tensor.const_data_ptr());
    char sum = 0;
    for (size_t i = 0; i < tensor.nbytes(); ++i) sum = static_cast<char>(sum ^ data[i]);
  }
}

void read_checkpoint_file(const std::string& bytes) { read_tensor_file("a.ckpt", bytes); }

template <class Config>
void read_config(const std::string& bytes) {
  const auto config = Config::from_json(parse_json(bytes, "config.json"), "config.json");
  check_network_size(least_values(config), 0, "config.json");
}

void read_schedule(const std::string& bytes) {
  static const ScratchFolder folder;
  folder.write("scheduler/scheduler_config.json", bytes);
  const auto config = read_schedule_config(folder.path());
  require(config.num_train_timesteps >= 1 && config.num_train_timesteps <= 1'000'000,
          "timesteps are bounded");
  require(std::isfinite(config.beta_start) && std::isfinite(config.beta_end), "betas are finite");
}

/// An index beside two shards; it may name no other file.
void read_shard_index(const std::string& bytes) {
  static const ScratchFolder folder;
  folder.write("model.safetensors.index.json", bytes);
  for (const char* shard : {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"}) {
    if (!std::filesystem::exists(folder.path() / shard)) folder.write(shard, "");
  }
  for (const auto& file : weight_files(folder.path(), "model")) {
    require(file.parent_path() == folder.path() && std::filesystem::exists(file),
            "a shard lies beside its index");
  }
}

void read_infotext(const std::string& bytes) {
  const auto info = parse_infotext(bytes);
  if (!info) throw InputError("is no text of a web UI");
  require(info->fields.size() >= 3, "settings are three or more");
  require(info->prompt.size() + info->negative_prompt.size() <= bytes.size(), "prompts are part of the text");
}

}  // namespace

std::vector<Reader> readers() {
  const std::filesystem::path seeds = "tests/fuzz/seeds";
  std::vector<Reader> all = {
      {"safetensors", read_safetensors, mutate_safetensors, {seeds / "safetensors", seeds / "foreign"}},
      {"checkpoint", read_checkpoint_file, mutate_checkpoint, {seeds / "checkpoint"}},
      {"unet_config", read_config<UNet2DConditionConfig>, mutate_json, {seeds / "unet_config"}},
      {"vae_config", read_config<AutoencoderKLConfig>, mutate_json, {seeds / "vae_config"}},
      {"text_config", read_config<ClipTextConfig>, mutate_json, {seeds / "text_config"}},
      {"schedule", read_schedule, mutate_json, {seeds / "schedule"}},
      {"shard_index", read_shard_index, mutate_json, {seeds / "shard_index"}},
      {"infotext", read_infotext, mutate_lines, {seeds / "infotext"}}};
  for (const auto& more : {addon_readers(), folder_readers(), model_readers()}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace big::fuzz
