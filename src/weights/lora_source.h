#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "big/core/json.h"

namespace big {

/// How PEFT says what a change counts, for files whose tensors do not (adapter_config.json; in diffusers'
/// files the header's lora_adapter_metadata).
struct AdapterConfig {
  double alpha = 0;
  std::map<std::string, double> alpha_pattern;  ///< of single layers, by path or the end of one
  bool use_rslora = false;                      ///< alpha / sqrt(r) instead of alpha / r (arXiv 2312.03732)

  /// `prefix` is put before each key: "unet.lora_alpha". Nothing where there is no alpha. Throws InputError.
  static std::optional<AdapterConfig> from_json(const Json& json,
                                                const std::string& prefix,
                                                const std::string& where);
  /// The alpha by which alpha / rank is the layer's scale.
  double alpha_of(const std::string& path, int64_t rank) const;
};

/// All of a LoRA's tensors, from one file or a folder.
struct LoraSource {
  std::map<std::string, torch::Tensor> tensors;  ///< in a folder of parts "unet.<key>"
  std::map<std::string, std::string> metadata;
  std::map<std::string, AdapterConfig> configs;  ///< by part; "": of every part
  std::string hash;                              ///< sha256 of the data behind the header(s)
};

/// The web UIs' hash of a file: sha256 of what lies behind the header, which does not depend on metadata; of a
/// checkpoint, of the whole file.
std::string lora_file_hash(const std::filesystem::path& path);

/// The web UIs' hash of old: 8 digits of the sha256 of 64 KiB in the middle (of nothing in smaller files).
std::string legacy_file_hash(const std::filesystem::path& path);

/// Throws InputError where there is no LoRA to be read.
LoraSource read_lora_source(const std::filesystem::path& path);

}  // namespace big
