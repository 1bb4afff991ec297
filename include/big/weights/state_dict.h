#pragma once

#include "big/modules/module.h"

#include <filesystem>
#include <string>
#include <vector>

#include "big/weights/safetensors.h"
#include "big/weights/stored_tensor.h"

namespace big {

/// Parameters by their registered path, which is their name in diffusers' files. Shares storage.
NamedTensors state_dict(const Module& module);

/// Fills `module` whole or not at all: every tensor must be there with its shape, and no other (names the
/// first ten of each, counts the rest, guesses the cause). `*.position_ids` are ignored, `text_model.` may be
/// missing, VAE attention may be 1x1 convolutions or have its old names (query/key/value/proj_attn). Values
/// are converted to the module's dtype; on the CPU those that need none stay in the file's private mapping:
/// no copy, may be trained in place; the file may be renamed over meanwhile, but not cut. Throws InputError.
void load_state_dict(Module& module, const TensorFile& file);
/// The same with tensors from anywhere; `where` names them in errors.
void load_state_dict(Module& module, const StoredTensors& stored, const std::string& where);
/// Throws InputError as load_state_dict does, and loads nothing.
void check_state_dict(const Module& module, const StoredTensors& stored, const std::string& where);

/// One part's weights, not read yet. `where` names them in errors.
struct StoredPart {
  std::vector<std::shared_ptr<const TensorFile>> files;
  StoredTensors tensors;
  std::string where;
};
/// Opens `folder/<stem>.safetensors` in any of the ways of load_weights.
StoredPart open_weights(const std::filesystem::path& folder, const std::string& stem);
/// The same for `folder/<stem>.safetensors`, `<stem>.fp16.safetensors`, or shards with
/// `<stem>.safetensors.index.json`.
void load_weights(Module& module, const std::filesystem::path& folder, const std::string& stem);
/// The weight files that load_weights would read, in order. Throws InputError where there is none.
std::vector<std::filesystem::path> weight_files(const std::filesystem::path& folder, const std::string& stem);
/// The dtype most of the stored tensors have.
torch::ScalarType stored_dtype(const std::filesystem::path& folder, const std::string& stem);
/// Saves state_dict(module) in `dtype`.
void save_weights(const Module& module,
                  const std::filesystem::path& file,
                  torch::ScalarType dtype);

}  // namespace big
