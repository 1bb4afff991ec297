#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace big {

/// A network that a LoRA may change: which layers it has, and how large their weights are.
struct LoraTarget {
  std::string part;                                          ///< "unet", "text_encoder" or "text_encoder_2"
  std::map<std::string, std::vector<int64_t>> weights = {};  ///< module path -> [out,in] or [out,in,kh,kw]
};
using LoraTargets = std::vector<LoraTarget>;

/// The layers that LoRA trainers change unless told otherwise (kohya's networks.lora): linear layers and 1x1
/// convolutions of the UNet's transformers; attention and MLPs of text encoders. Paths in order.
std::vector<std::string> attention_layers(const LoraTarget& target);

/// Those and, of the UNet, the linear layers and convolutions of its resnets, downsamplers and upsamplers
/// (kohya's networks.lora with conv_dim, LyCORIS' LoCon). Paths in order.
std::vector<std::string> all_layers(const LoraTarget& target);

/// What a LoRA file says about one layer, whoever wrote it. r = rank.
struct LoraModule {
  std::string part, path;   ///< of the target: "unet", "mid_block.attentions.0.proj_in"
  torch::Tensor down = {};  ///< [r,in], of a convolution [r,in,kh,kw]; with `mid` [r,in,1,1]
  torch::Tensor up = {};    ///< [out,r], of a convolution [out,r,1,1]
  torch::Tensor mid = {};   ///< LoCon's [r,r,kh,kw]; undefined: none
  /// LoHa's second pair (arXiv 2108.06098): the change is what both pairs make, multiplied number by number.
  torch::Tensor down_2 = {}, up_2 = {}, mid_2 = {};
  /// LoKr's outer factor [a,c] (arXiv 2309.14859): the change is its Kronecker product with what the pair makes,
  /// which is a weight of out/a outputs and in/c inputs then. Undefined: none.
  torch::Tensor outer = {};
  /// DoRA's, shaped to multiply the weight: [out,1...] or [1,in,1...]; undefined: none.
  torch::Tensor magnitude = {};
  double alpha = 0;  ///< the change is alpha / r * up * down; r where the file says nothing
  int64_t rank() const { return down.size(0); }
};

/// A LoRA file in one form.
struct Lora {
  std::filesystem::path path;
  std::string
      hash;  ///< sha256 of the data behind the header, as the web UIs count it; of a checkpoint, of the file
  std::vector<LoraModule> modules = {};         ///< by part, then path
  std::map<std::string, std::string> metadata;  ///< the file's own (ss_*, modelspec.*)
  std::vector<std::string> unmatched = {};      ///< keys that name no layer, passed over on request
};

enum class UnmatchedKeys { kRefuse, kIgnore };

/// Reads a LoRA: a .safetensors file (or a checkpoint of torch.save) of kohya (also with SDXL's original
/// names), diffusers (new and old), PEFT, LyCORIS (LoCon, DoRA, LoHa, LoKr) or ComfyUI, or a folder with
/// `adapter_model.safetensors` and `adapter_config.json` (PEFT; also one such folder a part) or
/// `pytorch_lora_weights.safetensors` (diffusers). Tensors share the file's private mapping. Throws
/// InputError: keys that name no layer of the targets (the first ten, a count and a guess at the cause)
/// unless ignored, wrong shapes, half of a pair, numbers that are not finite, a file of which nothing fits.
Lora read_lora(const std::filesystem::path& path, const LoraTargets& targets, UnmatchedKeys unmatched);

}  // namespace big
