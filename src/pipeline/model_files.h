#pragma once

#include "big/modules/module.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "big/diffusion/noise_schedule.h"
#include "big/pipeline/model_source.h"
#include "big/tokenizers/tokenizer.h"
#include "big/weights/stored_model.h"
#include "big/weights/stored_size.h"
#include "big/weights/vae_file.h"
#include "model_folder.h"

namespace big {

/// Where the parts of a model come from: a diffusers folder or a single file, read in place either way. A
/// part that nobody asks for is not read.
class ModelFiles {
 public:
  /// Throws InputError where `path` is neither.
  ModelFiles(const std::filesystem::path& path, const ModelSource& source);

  /// What the files leave open and how it was settled (StoredModel::doubt); or "".
  std::string doubt() const;
  ModelIndex index() const;
  NoiseScheduleConfig schedule_config() const;
  /// "tokenizer" | "tokenizer_2".
  std::unique_ptr<Tokenizer> tokenizer(const std::string& part) const;
  /// A network's config ("unet", "vae", "text_encoder", "text_encoder_2"), and its name for errors.
  Json config(const std::string& part) const;
  std::string config_where(const std::string& part) const;
  /// What the part's weights come to, by the headers of their files.
  StoredSize size(const std::string& part) const;
  /// Fills the part's network as load_state_dict does.
  void fill(Module& network, const std::string& part) const;

 private:
  bool is_replaced(const std::string& part) const { return vae_ && part == "vae"; }
  std::filesystem::path path_;
  ModelSource source_;
  std::optional<StoredModel> single_;  // a single file's parts; a folder has none
  std::optional<StoredVae> vae_;
};

}  // namespace big
