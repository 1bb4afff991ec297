#include "cost.h"

#include <c10/util/accumulate.h>

#include <algorithm>
#include <new>

#include "big/core/atomic_file.h"
#include "big/core/duration.h"
#include "big/core/error.h"
#include "big/core/memory.h"
#include "big/core/out_of_memory.h"
#include "big/core/text.h"
#include "big/networks/adapted_layer.h"
#include "big/networks/without_memory.h"
#include "big/pipeline/model_facts.h"
#include "big/weights/lora.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// fp32 tensors of a layer's own size that the backward pass keeps for each layer and for each transformer
/// block in it. The sum: found from diffusers' training of SD 1.5 (one block a layer) at 512 px, 1 + 1
/// pictures, a peak of 19.3 GB of which 14.6 GB are weights, gradients and moments. The layer: from the
/// starter, whose first level has no blocks. For SDXL at 512 px they give 3.4 GiB a picture; what diffusers'
/// UNet keeps, counted on shapes and with attention matrices, is 4.0 GiB.
constexpr double kTensorsPerLayer = 16, kTensorsPerBlock = 32;
/// With gradient checkpointing the blocks' inputs and one block's inside are left.
constexpr double kCheckpointedShare = 1.0 / 6;

/// Bytes that one row of a batch keeps for the backward pass of the UNet.
double activation_bytes_per_row(const ModelSize& size, int64_t resolution) {
  double values = 0;
  double side = static_cast<double>(resolution) / static_cast<double>(size.vae_scale);
  for (size_t level = 0; level < size.unet.block_out_channels.size(); ++level) {
    // Down blocks have n layers, up blocks n + 1.
    const auto layers = static_cast<double>(2 * size.unet.layers_per_block[level] + 1);
    const bool attends = size.unet.down_block_types[level].rfind("CrossAttn", 0) == 0;
    const auto blocks = attends ? static_cast<double>(size.unet.transformer_layers_per_block[level]) : 0.0;
    const double tensors = layers * (kTensorsPerLayer + kTensorsPerBlock * blocks);
    values += side * side * static_cast<double>(size.unet.block_out_channels[level]) * tensors;
    side = std::max(1.0, side / 2);
  }
  return values * sizeof(float);
}

/// Numbers of the adapters beside the UNet's layers, from the shapes of its config alone.
uint64_t adapter_values(const ModelSize& size, const TrainOptions& options) {
  const WithoutMemory shapes_only;
  LoraTarget target{.part = "unet"};
  UNet2DCondition unet(size.unet);
  for (const auto& [path, layer] : adapted_layers(*unet))
    target.weights.emplace(path, layer->base_weight().sizes().vec());
  int64_t values = 0;
  for (const auto& path : options.lora.targets == "all" ? all_layers(target) : attention_layers(target)) {
    const auto& shape = target.weights.at(path);
    values += options.lora.rank * (shape[0] + c10::multiply_integers(shape.begin() + 1, shape.end()));
  }
  return static_cast<uint64_t>(values);
}

/// Numbers that the run's method teaches; those of new words do not count beside anything.
uint64_t trained_values(const ModelSize& size, const TrainOptions& options) {
  const TrainMethod method = parse_train_method(options.method);
  if (teaches_adapters(method)) return adapter_values(size, options);
  if (method == TrainMethod::kTextualInversion) return 0;
  return static_cast<uint64_t>(size.unet_parameters + (options.train_text_encoder ? size.text_parameters : 0));
}

/// Bytes of weights, gradients and the optimiser's memory.
double weight_bytes(const ModelSize& size, const TrainOptions& options, uint64_t frozen_bytes) {
  const bool full = parse_train_method(options.method) == TrainMethod::kFull;
  auto frozen = static_cast<double>(size.vae_parameters);
  if (!full) frozen += static_cast<double>(size.unet_parameters);
  if (!full || !options.train_text_encoder) frozen += static_cast<double>(size.text_parameters);
  // The teacher of --prior self_distilled is the UNet once more; beside adapters it is the same one.
  const bool teacher = full && options.prior == "self_distilled" && options.prior_loss_weight > 0;
  return static_cast<double>(trained_values(size, options)) * trained_bytes_per_parameter(options) +
         frozen * static_cast<double>(frozen_bytes) +
         (teacher ? static_cast<double>(size.unet_parameters) * sizeof(float) : 0);
}

}  // namespace

uint64_t bytes_on_disk(const fs::path& model) {
  if (!fs::is_directory(model)) return fs::file_size(model);
  uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(model)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

ModelSize model_size(const fs::path& model, const ModelSource& source) {
  const ModelFacts facts = read_model_facts(model, source);
  const auto part = [&](const char* name) {
    const auto found = facts.parts.find(name);
    return found == facts.parts.end() ? StoredSize{} : found->second;
  };
  const StoredSize unet = part("unet"), vae = part("vae"), first = part("text_encoder"),
                   second = part("text_encoder_2");
  ModelSize size;
  size.unet_parameters = static_cast<int64_t>(unet.values);
  size.text_parameters = static_cast<int64_t>(first.values + second.values);
  size.vae_parameters = static_cast<int64_t>(vae.values);
  size.unet_bytes = unet.bytes;
  size.text_bytes = first.bytes + second.bytes;
  const uint64_t all = bytes_on_disk(model);
  size.rest_bytes = all - std::min(all, size.unet_bytes + size.text_bytes);
  size.unet = facts.unet;
  size.vae_scale = facts.vae.scale();
  size.latent_channels = facts.vae.latent_channels;
  size.refines = facts.unet.addition_time_embed_dim > 0 && facts.parts.count("text_encoder") == 0;
  return size;
}

uint64_t predict_memory(const ModelSize& size, const TrainOptions& options, uint64_t frozen_bytes) {
  const auto rows = static_cast<double>(options.train_batch_size * (options.prior_loss_weight > 0 ? 2 : 1));
  const double share = options.gradient_checkpointing ? kCheckpointedShare : 1.0;
  const double activations = activation_bytes_per_row(size, options.resolution) * rows * share;
  return static_cast<uint64_t>(weight_bytes(size, options, frozen_bytes) + activations) + kProgramBytes;
}

uint64_t predict_disk(const ModelSize& size, const TrainOptions& options, const DiskUse& use) {
  const auto side = static_cast<uint64_t>(options.resolution);
  const TrainMethod method = parse_train_method(options.method);
  const bool full = method == TrainMethod::kFull;
  uint64_t model = 0;
  if (teaches_adapters(method)) model += adapter_values(size, options) * sizeof(float);
  if (full || !use.can_link) model += size.unet_bytes;
  if ((full && options.train_text_encoder) || !use.can_link) model += size.text_bytes;
  if (!use.can_link) model += size.rest_bytes;
  const auto state = static_cast<uint64_t>(state_bytes_per_parameter(options) *
                                           static_cast<double>(trained_values(size, options)));
  return model + static_cast<uint64_t>(use.checkpoints) * (model + state) +
         static_cast<uint64_t>(use.pictures) * side * side * 3;
}

std::string memory_advice(const TrainOptions& options) {
  std::vector<std::string> advice;
  if (!options.gradient_checkpointing) advice.push_back("--gradient_checkpointing");
  if (options.train_batch_size > 1)
    advice.push_back("--train_batch_size 1 (with more --gradient_accumulation_steps)");
  if (options.method == "full") advice.push_back("--method lora");
  if (options.optimizer == "adamw" && options.method == "full") advice.push_back("--optimizer adamw8bit");
  if (!releases_gradients(options) && options.train_batch_size == 1 && options.method == "full")
    advice.push_back("--gradient_accumulation_steps 1 --max_grad_norm 0");
  if (options.train_text_encoder) advice.push_back("--train_text_encoder=false");
  advice.push_back("a smaller --resolution");
  return join(advice, ", ");
}

void rethrow_with_memory_advice(const TrainOptions& options, const std::string& note) {
  const auto advise = [&](const std::string& what) {
    return MachineError(concat("memory ran out while training (", what, "); try ", memory_advice(options),
                               ", or close other programs", note));
  };
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw advise("an allocation failed");
  } catch (const std::exception& error) {
    const std::string what = error.what();
    if (!is_out_of_memory(what)) throw;
    throw advise(what.substr(0, what.find('\n')));  // libtorch appends a stack
  }
}

void refuse_what_memory_cannot_hold(uint64_t bytes, const TrainOptions& options) {
  if (const uint64_t free = available_memory_bytes(); bytes > free) {
    throw MachineError(concat("memory: training needs about ", format_bytes(bytes), ", ", format_bytes(free),
                              " are free; try ", memory_advice(options),
                              ", or close other programs (--force goes on)"));
  }
}

void refuse_what_disk_cannot_hold(uint64_t bytes, const fs::path& models_dir) {
  if (const uint64_t free = free_disk_bytes(models_dir); bytes > free) {
    throw MachineError(concat("disk: the run writes up to ", format_bytes(bytes), " to ", models_dir.string(),
                              ", ", format_bytes(free), " are free; make room, take another --models_dir or ",
                              "fewer --num_class_images (--force goes on)"));
  }
}

}  // namespace big
