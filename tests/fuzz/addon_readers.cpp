#include "addon_readers.h"

#include <torch/types.h>

#include <cmath>

#include "big/pipeline/textual_inversion.h"
#include "big/weights/lora.h"
#include "big_models/lora_facts.h"
#include "lora_source.h"
#include "scratch_folder.h"

namespace big::fuzz {
namespace {

const std::filesystem::path kSeeds = "tests/fuzz/seeds";

/// A layer of every kind, in the networks of an SD 1 model.
const LoraTargets& small_model() {
  static const LoraTargets kTargets = {
      {"unet",
       {{"conv_in", {6, 4, 3, 3}},
        {"mid_block.attentions.0.proj_in", {6, 6, 1, 1}},
        {"down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0", {6, 6}},
        {"down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k", {6, 768}}}},
      {"text_encoder",
       {{"text_model.encoder.layers.0.mlp.fc1", {10, 5}},
        {"text_model.encoder.layers.0.self_attn.q_proj", {5, 5}}}}};
  return kTargets;
}

const std::vector<int64_t>& weight_of(const LoraModule& module) {
  for (const LoraTarget& target : small_model()) {
    const auto found = target.weights.find(module.path);
    if (target.part == module.part && found != target.weights.end()) return found->second;
  }
  throw std::logic_error("a LoRA's module is one of the model's layers");
}

}  // namespace

void read_lora_at(const std::filesystem::path& path) {
  const Lora lora = read_lora(path, small_model(), UnmatchedKeys::kIgnore);
  for (const LoraModule& module : lora.modules) {
    const auto& weight = weight_of(module);
    require(module.rank() >= 1 && module.up.size(1) == module.rank(), "a LoRA's factors have one rank");
    // LoKr: the pair makes one block of the weight.
    const bool has_blocks = module.outer.defined();
    const int64_t rows = has_blocks ? module.outer.size(0) : 1, columns = has_blocks ? module.outer.size(1) : 1;
    require(rows * module.up.size(0) == weight[0] && columns * module.down.size(1) == weight[1],
            "factors fit their layer");
    require(!module.up_2.defined() ||
                (module.up_2.size(0) == weight[0] && module.down_2.size(1) == weight[1] &&
                 module.up_2.size(1) == module.down_2.size(0)),
            "a LoHa's second pair fits the layer too");
    require(std::isfinite(module.alpha), "a LoRA's alpha is finite");
  }
  read_lora(path, small_model(), UnmatchedKeys::kRefuse);
}

namespace {

void read_lora_file(const std::string& bytes) {
  static const ScratchFolder folder;
  const auto path = folder.write("a.safetensors", bytes);
  const auto file = open_tensor_file(path);
  lora_facts(*file);
  trigger_words(file->metadata());
  legacy_file_hash(path);
  read_lora_at(path);
}

/// adapter_config.json beside a good LoRA, and in a folder of its part.
void read_adapter_config(const std::string& bytes) {
  namespace fs = std::filesystem;
  static const ScratchFolder folder, of_parts;
  static const bool has_weights = [] {
    const fs::path lora = project_root() / kSeeds / "lora/peft.safetensors", name = "adapter_model.safetensors";
    of_parts.write("unet/adapter_config.json", "");
    return fs::copy_file(lora, folder.path() / name) && fs::copy_file(lora, of_parts.path() / "unet" / name);
  }();
  require(has_weights, "the LoRA beside it is there");
  folder.write("adapter_config.json", bytes);
  of_parts.write("unet/adapter_config.json", bytes);
  read_lora_at(folder.path());
  read_lora_at(of_parts.path());
}

void read_embedding(const std::string& name, const std::string& bytes) {
  static const ScratchFolder folder;
  const auto file = open_tensor_file(folder.write(name, bytes));
  NamedTensors tensors;
  for (const auto& [tensor_name, entry] : file->entries())
    tensors.emplace_back(tensor_name, file->tensor(tensor_name));
  const TextualInversion found = find_vectors(tensors, name);
  require(found.count() >= 1, "an embedding has vectors");
  for (const torch::Tensor& vectors : {found.first, found.second})
    require(!vectors.defined() || vectors.dim() == 2, "vectors stand in rows");
}

}  // namespace

std::vector<Reader> addon_readers() {
  const auto safetensors = [](const std::string& bytes) { read_embedding("a.safetensors", bytes); };
  const auto checkpoint = [](const std::string& bytes) { read_embedding("a.pt", bytes); };
  return {{"lora", read_lora_file, mutate_safetensors, {kSeeds / "lora"}},
          {"adapter_config", read_adapter_config, mutate_json, {kSeeds / "adapter_config"}},
          {"embedding", safetensors, mutate_safetensors, {kSeeds / "embedding"}},
          {"embedding_pt", checkpoint, mutate_checkpoint, {kSeeds / "embedding_pt"}}};
}

}  // namespace big::fuzz
