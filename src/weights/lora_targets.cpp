#include "big/weights/lora.h"

namespace big {
namespace {

bool contains(const std::string& path, const char* part) { return path.find(part) != std::string::npos; }

bool is_pointwise(const std::vector<int64_t>& shape) {
  return shape.size() == 2 || (shape.size() == 4 && shape[2] == 1 && shape[3] == 1);
}

}  // namespace

std::vector<std::string> attention_layers(const LoraTarget& target) {
  std::vector<std::string> paths;
  for (const auto& [path, shape] : target.weights) {
    const bool chosen = target.part == "unet" ? contains(path, ".attentions.") && is_pointwise(shape)
                                              : contains(path, ".self_attn.") || contains(path, ".mlp.");
    if (chosen) paths.push_back(path);
  }
  return paths;
}

std::vector<std::string> all_layers(const LoraTarget& target) {
  if (target.part != "unet") return attention_layers(target);
  std::vector<std::string> paths;
  for (const auto& [path, shape] : target.weights) {
    for (const char* kind : {".attentions.", ".resnets.", ".downsamplers.", ".upsamplers."}) {
      if (contains(path, kind)) paths.push_back(path);
    }
  }
  return paths;
}

}  // namespace big
