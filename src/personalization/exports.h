#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "big/personalization/finetune.h"
#include "big/pipeline/stable_diffusion.h"

namespace big {

struct Run;

/// What a run writes for other programs beside its diffusers folder (--save, --save_dtype).
struct Exports {
  bool single_file = false, kohya = false, peft = false;
  std::optional<torch::ScalarType> dtype;  ///< of a single file's floating tensors; nothing: as the base stores them
};

/// Of options.save ("diffusers,single_file,kohya,peft") and save_dtype ("auto" | "fp32" | "fp16" | "bf16").
/// Throws UsageError, also for what the method does not make.
Exports parse_exports(const FinetuneOptions& options);

/// Throws InputError where the model cannot be exported so, before it is trained.
void check_exports(const Exports& exports, const std::filesystem::path& base_folder);

/// Bytes that the exports will take at most.
uint64_t export_bytes(const Run& run);

/// Writes them into the model's folder, which is not published yet. `model` is the taught one.
void write_exports(const Run& run, const StableDiffusion& model, const std::filesystem::path& folder);

/// kind -> file or folder, of what a run writes into `folder` besides its networks.
std::map<std::string, std::filesystem::path> exported_files(const Run& run,
                                                            const std::filesystem::path& folder);

}  // namespace big
