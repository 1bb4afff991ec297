#include "identity.h"

#include "big/pipeline/model_facts.h"
#include "big/registry/prompt_template.h"
#include "big/training/latent_cache.h"
#include "identifier_pool.h"
#include "kept_photos.h"

namespace big {

std::vector<Example> kept_examples(StableDiffusion& model,
                                   const std::filesystem::path& models_dir,
                                   const Subject& subject,
                                   TrainOptions options) {
  std::vector<SourcePicture> photos;
  for (const auto& file : kept_photo_files(models_dir, subject))
    if (photos.size() < kMostProbedPhotos) photos.push_back(read_kept_photo(file));
  options.color_jitter = 0;
  return make_examples(model, photos, instance_prompt(subject.identifier, subject.category), options);
}

std::vector<std::string> unused_words(const std::filesystem::path& base,
                                      const ModelSource& source,
                                      const std::set<std::string>& used,
                                      size_t count) {
  const auto tokenizer = read_tokenizer(base, source);
  std::vector<std::string> words;
  for (const auto& word : identifier_pool(base / "tokenizer", *tokenizer))
    if (words.size() < count && !used.contains(word)) words.push_back(word);
  return words;
}

torch::Tensor log_errors(StableDiffusion& model,
                         const std::vector<Example>& photos,
                         const std::string& prompt,
                         const DenoisingProbe& probe) {
  return denoising_errors(model, photos, prompt, probe).log().flatten().contiguous();
}

torch::Tensor log_identity(const torch::Tensor& own, const torch::Tensor& of_class, const torch::Tensor& unused) {
  return ((unused.defined() ? (of_class + unused) / 2 : of_class) - own).contiguous();
}

double mean_at(const torch::Tensor& values, const std::vector<int64_t>& indices) {
  const auto* numbers = values.const_data_ptr<double>();
  double sum = 0;
  for (const int64_t index : indices) sum += numbers[index];
  return sum / static_cast<double>(indices.size());
}

}  // namespace big
