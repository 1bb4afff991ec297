#pragma once

#include <filesystem>

#include "big/pipeline/model_source.h"
#include "big/weights/stored_model.h"
#include "big/weights/vae_file.h"

namespace big {

/// True for a model in one file (any regular file; what is in it shows when it is read).
bool is_single_file(const std::filesystem::path& path);

/// Throws UsageError where `source` says of a folder what its own files say (prediction_type).
void check_source(const std::filesystem::path& model, const ModelSource& source);

/// Opens a single file or a diffusers folder. Throws InputError; `options` say nothing of folders.
StoredModel open_model(const std::filesystem::path& path, const SingleFileOptions& options = {});

/// Writes `model`, opened from `from`, as a complete diffusers folder: configs, weights, tokenizers (a
/// folder's own, for single files CLIP's from `clip_vocabulary`). `folder` is usually a StagedFolder's path.
/// Throws InputError, MachineError.
void save_as_folder(const StoredModel& model,
                    const std::filesystem::path& from,
                    const std::filesystem::path& folder,
                    const std::filesystem::path& clip_vocabulary,
                    const WriteModelOptions& options = {});

/// Throws InputError where the tokenizer of `model`, opened from `from`, is not CLIP's: a single file has no
/// place for one, and whoever reads it takes CLIP's.
void require_clip_tokenizer(const StoredModel& model, const std::filesystem::path& from);

/// Writes `model`, opened from `from`, as one .safetensors for web UIs, reads it back and compares every
/// tensor to the bit. Throws InputError as require_clip_tokenizer does; MachineError.
void save_as_single_file(const StoredModel& model,
                         const std::filesystem::path& from,
                         const std::filesystem::path& file,
                         const WriteModelOptions& options = {});

/// Makes `folder` a diffusers folder like `base_folder` but for its VAE. All else are hard links.
void save_with_vae(const std::filesystem::path& base_folder,
                   const StoredVae& vae,
                   const std::filesystem::path& folder);

}  // namespace big
