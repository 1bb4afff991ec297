#pragma once

#include <filesystem>
#include <string>

namespace big {

/// What a person says of a model beside its path, and what single files need besides themselves.
struct ModelSource {
  std::filesystem::path vae;  ///< a VAE's file or folder in place of the model's own; empty: its own
  /// "epsilon" | "v_prediction": of a single file that does not say it; empty: what it says.
  std::string prediction_type;
  std::filesystem::path clip_vocabulary;  ///< the folder of CLIP's merges.txt, for single files
};

}  // namespace big
