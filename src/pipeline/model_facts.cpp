#include "big/pipeline/model_facts.h"

#include "model_files.h"

namespace big {

ModelFacts read_model_facts(const std::filesystem::path& model, const ModelSource& source) {
  const ModelFiles files(model, source);
  const ModelIndex index = files.index();
  ModelFacts facts;
  facts.unet = UNet2DConditionConfig::from_json(files.config("unet"), files.config_where("unet"));
  facts.vae = AutoencoderKLConfig::from_json(files.config("vae"), files.config_where("vae"));
  facts.schedule = files.schedule_config();
  for (const char* part : {"unet", "vae"}) facts.parts[part] = files.size(part);
  if (index.first_encoder) facts.parts["text_encoder"] = files.size("text_encoder");
  if (index.second_encoder) facts.parts["text_encoder_2"] = files.size("text_encoder_2");
  return facts;
}

std::unique_ptr<Tokenizer> read_tokenizer(const std::filesystem::path& model, const ModelSource& source) {
  const ModelFiles files(model, source);
  return files.tokenizer(files.index().first_encoder ? "tokenizer" : "tokenizer_2");
}

}  // namespace big
