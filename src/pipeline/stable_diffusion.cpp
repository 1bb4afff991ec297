#include "big/pipeline/stable_diffusion.h"

#include <torch/types.h>

#include "big/core/log.h"
#include "check_parts.h"
#include "load_network.h"
#include "model_files.h"

namespace big {
namespace fs = std::filesystem;
StableDiffusion load_model(const fs::path& path, const LoadOptions& options) {
  const torch::NoGradGuard no_grad;
  const ModelFiles files(path, options.source);
  if (!files.doubt().empty()) log_warning(files.doubt());
  const auto index = files.index();
  StableDiffusion model;
  model.folder = path;
  model.device = options.device;
  model.dtype = options.dtype;
  model.force_zeros_for_empty_prompt = index.force_zeros_for_empty_prompt;
  model.schedule = std::make_shared<const NoiseSchedule>(files.schedule_config());
  if (index.first_encoder) {
    model.tokenizer = files.tokenizer("tokenizer");
    model.text_encoder = load_network<ClipTextModel, ClipTextConfig>(files, "text_encoder", options);
  }
  if (index.second_encoder) {
    model.tokenizer_2 = files.tokenizer("tokenizer_2");
    model.text_encoder_2 = load_network<ClipTextModel, ClipTextConfig>(files, "text_encoder_2", options);
  }
  model.unet = load_network<UNet2DCondition, UNet2DConditionConfig>(files, "unet", options);
  model.vae = load_network<AutoencoderKL, AutoencoderKLConfig>(files, "vae", options);
  check_parts_fit(model);
  return model;
}

int64_t StableDiffusion::time_id_count() const {
  const auto& config = unet->config;
  if (config.addition_time_embed_dim == 0) return 0;
  return (config.projection_class_embeddings_input_dim - text_encoder_2->config.projection_dim) /
         config.addition_time_embed_dim;
}

torch::Tensor time_ids(const StableDiffusion& model, const SizeConditions& sizes, double aesthetic_score) {
  const auto count = model.time_id_count();
  if (count == 0) return {};
  std::vector<double> ids;
  for (const int64_t pixels : {sizes.original_height, sizes.original_width, sizes.crop_top, sizes.crop_left})
    ids.push_back(static_cast<double>(pixels));
  if (count == 5) {
    ids.push_back(aesthetic_score);
  } else {
    for (const int64_t pixels : {sizes.target_height, sizes.target_width})
      ids.push_back(static_cast<double>(pixels));
  }
  return torch::tensor(ids, torch::TensorOptions().dtype(torch::kFloat32).device(model.device)).unsqueeze(0);
}

}  // namespace big
