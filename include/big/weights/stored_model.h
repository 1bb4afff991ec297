#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "big/core/progress.h"
#include "big/weights/single_file_family.h"
#include "big/weights/stored_tensor.h"

namespace big {

/// A whole model as it lies on disk, in one file or a folder: what it is made of, and where each tensor of
/// each part is. No tensor is read until somebody asks for it.
struct StoredModel {
  std::string where;   ///< names it in errors
  std::string family;  ///< of the table, or "" where the model brought its configs
  /// For the log: what nothing in the file says, how it was settled and how a person settles it; or "".
  std::string doubt;
  ModelConfigs configs;
  std::map<std::string, StoredTensors> parts;  ///< "unet", "vae", "text_encoder", "text_encoder_2"
  StoredTensors extra;                         ///< what no part needs, under its own name
  std::vector<std::shared_ptr<const TensorFile>> files;
};

/// Where a diffusers folder keeps what no part needs, for the single file that may be made of it again.
inline constexpr const char* kExtraTensorsFile = "single_file_extra.safetensors";

/// Which of a checkpoint's two UNets: as it was trained last, or the moving average (`model_ema.*`).
enum class UNetWeights { kTrained, kMovingAverage };

struct SingleFileOptions {
  /// "epsilon" | "v_prediction"; empty: what the file says, else the family's. SD 2's tensors cannot tell.
  std::string prediction_type;
  UNetWeights unet = UNetWeights::kTrained;
};

/// Reads a single file (.safetensors, or .ckpt) with the web UIs' names. What it is made of comes from its
/// own metadata where BIG wrote it (`big.configs`), else from the table of families. Throws InputError.
StoredModel read_single_file(const std::filesystem::path& path, const SingleFileOptions& options = {});

/// Reads a diffusers folder: configs and weights of the parts that model_index.json names. Throws InputError.
StoredModel read_model_folder(const std::filesystem::path& folder);

/// Reads a scheduler_config.json. diffusers writes the solvers' lambda_min_clipped as -Infinity, which is not
/// JSON: it is left out, being the default. Throws InputError.
Json read_scheduler_json(const std::filesystem::path& path);

/// The file stem of a part's weights in a diffusers folder: "model" for transformers' parts.
std::string weight_stem_of(const std::string& part);

/// What happens to tensors that diffusers' layout has no place for.
enum class ExtraTensors { kDrop, kKeep };

struct WriteModelOptions {
  std::optional<torch::ScalarType> dtype;  ///< of floating tensors; nothing: as stored
  ExtraTensors extra = ExtraTensors::kDrop;
  std::map<std::string, std::string> metadata = {};  ///< a single file's, besides what it always has
  ProgressFn progress = {};                          ///< counts tensors
};

/// Writes one .safetensors with the web UIs' names, atomically and one tensor at a time. Its metadata carry
/// the configs, so that BIG reads it back exactly; other programs pass them over. Throws MachineError.
void write_single_file(const StoredModel& model,
                       const std::filesystem::path& path,
                       const WriteModelOptions& options = {});

/// Writes a diffusers folder's configs and weights into `folder` (made if it is not there), all but the
/// tokenizers' vocabularies. Kept extras go to kExtraTensorsFile, which read_model_folder finds.
void write_model_folder(const StoredModel& model,
                        const std::filesystem::path& folder,
                        const WriteModelOptions& options = {});

}  // namespace big
