#include "new_adapters.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/pipeline/lora.h"
#include "big/weights/lora.h"
#include "random_streams.h"

namespace big {
namespace {

void check_adapter_options(const AdapterOptions& options) {
  if (options.rank < 1) throw UsageError(concat("lora_rank is ", options.rank, ", expected at least 1"));
  if (options.alpha == 0 || !std::isfinite(options.alpha))
    throw UsageError(concat("lora_alpha is ", options.alpha, ": the adapters would count nothing"));
  if (!(options.dropout >= 0 && options.dropout < 1))
    throw UsageError(concat("lora_dropout is ", options.dropout, ", expected 0 to below 1"));
  if (options.dropout > 0 && options.use_dora)
    throw UsageError("lora_dropout and use_dora do not go together: set one of them");
  if (options.targets != "attention" && options.targets != "all")
    throw UsageError(concat("lora_targets is '", options.targets, "', expected attention or all"));
}

/// Down and up in the layer's shape [out,in] or [out,in,kh,kw].
LowRankTensors new_tensors(const torch::Tensor& weight, const AdapterOptions& options, uint64_t seed) {
  auto down_shape = weight.sizes().vec();
  std::vector<int64_t> up_shape(down_shape.size(), 1);
  up_shape[0] = down_shape[0];
  down_shape[0] = up_shape[1] = options.rank;
  auto generator = at::detail::createCPUGenerator(seed);
  LowRankTensors tensors{.down = torch::randn(down_shape, generator) / static_cast<double>(options.rank),
                         .up = torch::zeros(up_shape),
                         .alpha = options.alpha < 0 ? static_cast<double>(options.rank) : options.alpha};
  if (options.use_dora) {
    std::vector<int64_t> axes(down_shape.size() - 1);
    for (size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<int64_t>(i) + 1;
    const auto exact = weight.to(c10::promoteTypes(weight.scalar_type(), torch::kFloat32));
    tensors.magnitude = torch::norm(exact, 2, axes, /*keepdim=*/true);
  }
  return tensors;
}

LowRankTensors tensors_of(const LoraModule& module, const std::string& where) {
  if (module.up_2.defined() || module.outer.defined())
    throw InputError(concat(where, ": '", module.path, "' is a LoHa or LoKr, which training cannot go on from; ",
                            "take a LoRA, LoCon or DoRA"));
  // Copies: what the file's mapping shares must not be trained.
  const auto copy = [](const torch::Tensor& tensor) { return tensor.defined() ? tensor.clone() : tensor; };
  return {.down = copy(module.down),
          .up = copy(module.up),
          .mid = copy(module.mid),
          .magnitude = copy(module.magnitude),
          .alpha = module.alpha};
}

std::vector<std::string> layers_to_teach(const StableDiffusion& model,
                                         const LoraTarget& target,
                                         const TrainOptions& options) {
  if (target.part != "unet" && !options.train_text_encoder) return {};
  auto paths = options.lora.targets == "all" ? all_layers(target) : attention_layers(target);
  std::erase_if(paths, [&](const std::string& path) { return !is_read(model, concat(target.part, ".", path)); });
  return paths;
}

/// path -> tensors of one part.
std::map<std::string, LowRankTensors> new_part(const StableDiffusion& model,
                                               const LoraTarget& target,
                                               const std::map<std::string, AdaptedLayer*>& layers,
                                               const TrainOptions& options) {
  std::map<std::string, LowRankTensors> adapters;
  // Each part and layer has numbers of its own, whatever else is taught beside it.
  const uint64_t number = target.part == "unet" ? 0 : target.part == "text_encoder" ? 1 : 2;
  const uint64_t part_seed = mix_seed(options.seed, Stream::kAdapter, number);
  uint64_t place = 0;
  for (const auto& path : layers_to_teach(model, target, options)) {
    const auto weight = layers.at(path)->base_weight().detach();
    adapters[path] = new_tensors(weight, options.lora, mix_seed(part_seed, Stream::kAdapter, place++));
  }
  return adapters;
}

}  // namespace

bool is_read(const StableDiffusion& model, const std::string& name) {
  if (!name.starts_with("text_encoder.") || !model.text_encoder_2) return true;
  const auto last = model.text_encoder->config.num_hidden_layers - 1;
  return name.find(concat(".layers.", last, ".")) == std::string::npos &&
         name.find(".final_layer_norm.") == std::string::npos;
}

void attach_new_adapters(StableDiffusion& model,
                         const TrainOptions& options,
                         const std::shared_ptr<const AdapterDropout>& dropout) {
  check_adapter_options(options.lora);
  const torch::NoGradGuard no_grad;
  const auto targets = lora_targets(model);
  std::map<std::string, std::map<std::string, LowRankTensors>> parts;
  if (!options.lora.init.empty()) {
    for (const auto& module : read_lora(options.lora.init, targets, UnmatchedKeys::kRefuse).modules)
      parts[module.part][module.path] = tensors_of(module, options.lora.init.string());
  }
  const auto layers = adapted_parts(model);
  for (const auto& target : targets) {
    if (parts.count(target.part) == 0)
      parts[target.part] = new_part(model, target, layers.at(target.part), options);
  }

  detach_loras(model);
  uint64_t place = 0;
  for (const auto& [part, adapters] : parts) {
    for (const auto& [path, tensors] : adapters) {
      auto* layer = layers.at(part).at(path);
      const auto& weight = layer->base_weight();
      WeightedAdapter adapter;
      adapter.adapter = LowRank(tensors);
      adapter.adapter->to(weight.device(), c10::promoteTypes(weight.scalar_type(), torch::kFloat32));
      adapter.dropout = dropout;
      adapter.place = place++;
      layer->attach(adapter);
    }
  }
}

}  // namespace big
