#include "model_files.h"

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/pipeline/convert_model.h"
#include "big/tokenizers/clip_vocabulary.h"
#include "big/weights/state_dict.h"

namespace big {
namespace fs = std::filesystem;

ModelFiles::ModelFiles(const fs::path& path, const ModelSource& source) : path_(path), source_(source) {
  check_source(path, source);
  if (is_single_file(path)) single_ = read_single_file(path, {source.prediction_type, UNetWeights::kTrained});
  if (!source.vae.empty()) vae_ = read_vae(source.vae, config("vae"));
}

ModelIndex ModelFiles::index() const {
  if (!single_) return read_model_index(path_);
  return model_index_from_json(single_->configs.at("model_index"), concat(path_.string(), ": model_index"));
}

NoiseScheduleConfig ModelFiles::schedule_config() const {
  if (!single_) return read_schedule_config(path_);
  return NoiseScheduleConfig::from_json(single_->configs.at("scheduler"),
                                        concat(path_.string(), ": scheduler"));
}

std::unique_ptr<Tokenizer> ModelFiles::tokenizer(const std::string& part) const {
  if (!single_) return load_tokenizer(path_ / part);
  const auto found = single_->configs.find(part);
  if (found == single_->configs.end())
    throw InputError(concat(path_.string(), ": says nothing of its ", part));
  return clip_tokenizer(source_.clip_vocabulary, found->second);
}

Json ModelFiles::config(const std::string& part) const {
  if (is_replaced(part)) return vae_->config;
  if (!single_) return read_json(path_ / part / "config.json");
  const auto found = single_->configs.find(part);
  if (found == single_->configs.end())
    throw InputError(concat(path_.string(), ": says nothing of its ", part));
  return found->second;
}

std::string ModelFiles::config_where(const std::string& part) const {
  if (is_replaced(part)) return vae_->config_where;
  return single_ ? concat(path_.string(), ": ", part) : (path_ / part / "config.json").string();
}

StoredSize ModelFiles::size(const std::string& part) const {
  if (is_replaced(part)) return stored_size(vae_->tensors);
  if (!single_) return stored_size(path_ / part, weight_stem_of(part));
  return stored_size(single_->parts.at(part));
}

std::string ModelFiles::doubt() const { return single_ ? single_->doubt : ""; }

void ModelFiles::fill(Module& network, const std::string& part) const {
  if (is_replaced(part)) return load_state_dict(network, vae_->tensors, vae_->where);
  if (!single_) return load_weights(network, path_ / part, weight_stem_of(part));
  load_state_dict(network, single_->parts.at(part), concat(path_.string(), ": ", part));
}

}  // namespace big
