#pragma once

#include "big/core/json.h"
#include "big/modules/module.h"

namespace big {

/// Architecture of a conditional UNet; keys and defaults of diffusers' UNet2DConditionModel (SD 1, SD 2, the
/// starter, SDXL and its refiner, inpainting and latent consistency models of these). What a config asks for
/// and this network does not have is an InputError that names the key.
struct UNet2DConditionConfig {
  int64_t sample_size = 64, in_channels = 4, out_channels = 4;
  std::vector<int64_t> block_out_channels = {320, 640, 1280, 1280};
  std::vector<std::string> down_block_types = {"CrossAttnDownBlock2D", "CrossAttnDownBlock2D",
                                               "CrossAttnDownBlock2D", "DownBlock2D"};
  std::vector<std::string> up_block_types = {"UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D",
                                             "CrossAttnUpBlock2D"};
  std::vector<int64_t> layers_per_block = {2, 2, 2, 2};  ///< one a level; a number in JSON means all
  std::vector<int64_t> attention_heads = {8, 8, 8, 8};   ///< JSON attention_head_dim, diffusers' misnomer
  std::vector<int64_t> transformer_layers_per_block = {1, 1, 1, 1};
  std::vector<int64_t> cross_attention_dim = {1280, 1280, 1280, 1280};
  int64_t norm_num_groups = 32;
  double norm_eps = 1e-5;
  int64_t downsample_padding = 1;
  bool flip_sin_to_cos = true;
  double freq_shift = 0;
  bool use_linear_projection = false, upcast_attention = false;
  /// Of the embedding of one time id, and of all of them with the pooled text (addition_embed_type
  /// "text_time": SDXL); 0: no added conditions.
  int64_t addition_time_embed_dim = 0, projection_class_embeddings_input_dim = 0;
  int64_t time_cond_proj_dim = 0;  ///< of the embedding of the guidance scale; 0: none is taken
  static UNet2DConditionConfig from_json(const Json& config, const std::string& where);
};

/// What some UNets are told beside picture, time and text; undefined where the config has no place for it.
struct AddedConditions {
  torch::Tensor pooled;  ///< [B,P] pooled text (SDXL)
  torch::Tensor
      time_ids;  ///< [B,N] sizes and crop of the picture in pixels (SDXL: 6, its refiner: 5), any dtype
  torch::Tensor guidance_scale;  ///< [B] that the network was distilled with (time_cond_proj_dim)
};

/// diffusers' UNet2DConditionModel, equal in numbers and names.
class UNet2DConditionImpl : public Module {
 public:
  explicit UNet2DConditionImpl(const UNet2DConditionConfig& config);
  ~UNet2DConditionImpl() override;
  /// sample [B,in,h,w], timestep [B] (or [1], any dtype), context [B,T,cross_attention_dim] -> [B,out,h,w].
  torch::Tensor forward(const torch::Tensor& sample,
                        const torch::Tensor& timestep,
                        const torch::Tensor& context,
                        const AddedConditions& added = {});
  /// Recompute the blocks' activations in the backward pass instead of keeping them.
  void set_gradient_checkpointing(bool on);
  /// Whether a batch on the CPU is computed with groups of its rows at the same time (the default), or every
  /// operation for all rows.
  void set_rows_apart(bool on);
  const UNet2DConditionConfig config;

 private:
  torch::Tensor of_rows(const torch::Tensor& sample,
                        const torch::Tensor& timestep,
                        const torch::Tensor& context,
                        const AddedConditions& added);
  torch::Tensor time_embedding(const torch::Tensor& sample,
                               const torch::Tensor& timestep,
                               const AddedConditions& added);

  struct Parts;
  std::unique_ptr<Parts> parts_;
};
using UNet2DCondition = Held<UNet2DConditionImpl>;

}  // namespace big
