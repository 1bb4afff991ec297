#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace big {

struct Run;

/// What a run writes for other programs beside its diffusers folder (--save, --save_dtype).
struct Exports {
  bool single_file = false;
  std::optional<torch::ScalarType> dtype;  ///< of floating tensors; nothing: as the base stores them
};

/// "diffusers,single_file" and "auto" | "fp32" | "fp16" | "bf16". Throws UsageError.
Exports parse_exports(const std::string& save, const std::string& save_dtype);

/// Throws InputError where the model cannot be exported so, before it is trained.
void check_exports(const Exports& exports, const std::filesystem::path& base_folder);

/// Bytes that the exports will take at most.
uint64_t export_bytes(const Run& run);

/// Writes them into the model's folder, which is not published yet.
void write_exports(const Run& run, const std::filesystem::path& folder);

/// kind -> file, of what write_exports writes into `folder`.
std::map<std::string, std::filesystem::path> exported_files(const Run& run,
                                                            const std::filesystem::path& folder);

}  // namespace big
