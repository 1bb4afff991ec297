#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "big/networks/unet_2d_condition.h"
#include "big/pipeline/model_source.h"
#include "big/training/train_options.h"

namespace big {

/// Program, libtorch and its buffers.
inline constexpr uint64_t kProgramBytes = 300u << 20;

/// Sizes of a model, read from its files' headers and configs; nothing is loaded.
struct ModelSize {
  /// Text: both encoders of SDXL.
  int64_t unet_parameters = 0, text_parameters = 0, vae_parameters = 0;
  uint64_t unet_bytes = 0, text_bytes = 0, rest_bytes = 0;  ///< on disk
  UNet2DConditionConfig unet;
  int64_t vae_scale = 8, latent_channels = 4;
  bool refines = false;  ///< SDXL's refiner, which has the second text encoder alone
};
/// Of a folder, or of a single file where `source` says what it leaves open. Throws InputError naming what is
/// missing.
ModelSize model_size(const std::filesystem::path& model, const ModelSource& source = {});

/// Bytes of the model's files, of a folder all of them.
uint64_t bytes_on_disk(const std::filesystem::path& model);

/// Bytes that training will hold at its peak: what is trained in fp32 with gradients and the optimiser's memory
/// (trained_bytes_per_parameter; of the methods beside full the UNet's adapters), the rest once in `frozen_bytes` a
/// value, the teacher of a self-distilled prior, and the activations of one forward pass.
uint64_t predict_memory(const ModelSize& size, const TrainOptions& options, uint64_t frozen_bytes);

/// Bytes that the run will write at most: the trained parts, class pictures and kept photos, and where
/// `links` cannot be made (another file system) everything else of the model too.
struct DiskUse {
  int64_t pictures = 0;  ///< class pictures to draw and photos to keep
  bool can_link = true;
  int64_t checkpoints = 0;  ///< that lie there at once
};
uint64_t predict_disk(const ModelSize& size, const TrainOptions& options, const DiskUse& use);

/// What to change so that training needs less memory, for messages: "--gradient_checkpointing, ...".
std::string memory_advice(const TrainOptions& options);

/// For a catch block: throws the exception in flight again, as MachineError with memory_advice and `note` where
/// it says that memory ran out.
[[noreturn]] void rethrow_with_memory_advice(const TrainOptions& options, const std::string& note);

/// Throws MachineError where this machine's memory does not hold it, saying what to change.
void refuse_what_memory_cannot_hold(uint64_t bytes, const TrainOptions& options);

/// Throws MachineError where the disk at `models_dir` does not hold it, saying what to change.
void refuse_what_disk_cannot_hold(uint64_t bytes, const std::filesystem::path& models_dir);

}  // namespace big
