#include <torch/types.h>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/weights/lora.h"
#include "listing.h"
#include "lora_assembler.h"
#include "lora_keys.h"
#include "lora_names.h"
#include "lora_problems.h"
#include "lora_source.h"

namespace big {
namespace {

[[noreturn]] void refuse_unmatched(const std::string& where,
                                   const std::vector<std::string>& keys,
                                   size_t all,
                                   const std::string& guess) {
  throw InputError(
      concat(where, ": ", keys.size(), " of ", all, " keys name no layer of this model: ", first_ten(keys),
             guess.empty() ? "" : concat(" (", guess, ")"), "; --lora_ignore_unmatched passes over them"));
}

}  // namespace

Lora read_lora(const std::filesystem::path& path, const LoraTargets& targets, UnmatchedKeys unmatched) {
  const torch::NoGradGuard no_grad;
  const LoraSource source = read_lora_source(path);
  const std::string where = path.string();
  const LoraNames names(targets);
  Lora lora{.path = path, .hash = source.hash, .metadata = source.metadata};

  std::map<std::pair<std::string, std::string>, std::pair<const LoraNames::Layer*, LoraTensors>> layers;
  for (const auto& [key, tensor] : source.tensors) {
    const auto split = split_lora_key(key);
    const auto* layer = split ? names.find(split->module) : nullptr;
    if (!layer) {
      lora.unmatched.push_back(key);
      continue;
    }
    auto& [known, found] = layers[{layer->part, layer->path}];
    known = layer;
    const auto [other, added] = found.slots.emplace(split->slot, std::pair(key, tensor));
    if (!added) {
      throw InputError(concat(where, ": '", other->second.first, "' and '", key,
                              "' mean the same layer; a file may hold one LoRA only"));
    }
  }
  if (!lora.unmatched.empty() && (unmatched == UnmatchedKeys::kRefuse || layers.empty())) {
    refuse_unmatched(where, lora.unmatched, source.tensors.size(), guess_lora_mismatch(source, targets));
  }
  if (layers.empty()) throw InputError(concat(where, ": holds no tensor"));

  LoraAssembler assembler(source, where);
  for (const auto& [name, layer] : layers) {
    lora.modules.push_back(assembler.module(*layer.first, layer.second));
  }
  assembler.check(guess_lora_mismatch(source, targets));
  return lora;
}

}  // namespace big
