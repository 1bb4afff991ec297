#pragma once

#include <cstdint>
#include <string>

#include "big/training/train_method.h"

namespace big {

/// How a model is taught. Defaults are the original's; a base model's big.json and the person's file overlay
/// them.
struct TrainOptions {
  std::string method = "full";    ///< full | lora | textual_inversion | pivotal
  int64_t max_train_steps = 300;  ///< optimiser updates
  double learning_rate = 1e-6;
  double text_encoder_lr = -1;              ///< negative: as learning_rate
  int64_t resolution = 512;                 ///< pixels, short side of the photos and side of the crop
  int64_t train_batch_size = 2;             ///< photos a forward pass; the prior adds as many
  int64_t gradient_accumulation_steps = 2;  ///< forward passes an update
  double prior_loss_weight = 1.0;           ///< 0: no prior
  /// Where the prior half comes from: pictures (of the class) | self_distilled (the model as it was before is
  /// the teacher of the class prompt, on the photos' own latents).
  std::string prior = "pictures";
  bool gradient_checkpointing = false;
  bool train_text_encoder = false;
  /// Share of the updates (0 to 1) after which text encoders and new words stay as they are.
  double text_encoder_stop = 1;
  AdapterOptions lora;
  WordOptions word;
  bool random_flip = false;               ///< photos (not class pictures) are mirrored every other time
  /// Photos are shown with brightness, contrast and saturation each times 1 - color_jitter to 1 + color_jitter, drawn
  /// anew and encoded anew at each step; below 1. 0: as they are.
  double color_jitter = 0;
  bool center_crop = true;                ///< false: random crops, encoded anew at each step
  double max_grad_norm = 1.0;             ///< of all gradients together; 0: no clipping
  /// constant | linear | cosine | cosine_with_restarts | polynomial
  std::string lr_scheduler = "constant";
  int64_t lr_warmup_steps = 0;
  int64_t lr_num_cycles = 1;  ///< of cosine_with_restarts
  double lr_power = 1;        ///< of polynomial
  double snr_gamma = 0;               ///< min-SNR's gamma (5 is usual); 0: every timestep counts alike
  bool debiased_estimation = false;   ///< weighs timesteps by 1 / sqrt(snr)
  double noise_offset = 0;            ///< adds noise that is one number a channel, times this
  std::string loss_type = "l2";       ///< l2 | huber | smooth_l1
  double huber_c = 0.1;               ///< where huber and smooth_l1 turn from a square to a line
  bool masked_loss = false;           ///< what a photo's mask leaves black counts mask_floor
  double mask_floor = 0.1;            ///< 0 ... 1
  bool use_ema = false;               ///< the weights' moving average is what is kept
  double ema_decay = 0.9999;          ///< the most of it that stays at an update (diffusers' EMAModel)
  std::string optimizer = "adamw";  ///< adamw | adamw8bit | adafactor | prodigy | lion | sgd
  /// Weight decay is every optimiser's, the rest that of adamw, adamw8bit and prodigy.
  double adam_beta1 = 0.9, adam_beta2 = 0.999, adam_weight_decay = 1e-2, adam_epsilon = 1e-8;
  int64_t checkpointing_steps = 0;  ///< updates between two checkpoints; 0: none
  int64_t validation_steps = 0;     ///< updates between two measurements; 0: none
  std::string keep = "last";        ///< which weights: the last, or those of the best measurement
  int64_t early_stop = 0;  ///< the run ends after so many measurements that are no better than the best; 0: never
  uint64_t seed = 0;
};

/// The rate to begin with where the person gave none: what suits `optimizer` where `of_adamw` suits AdamW.
double usual_learning_rate(const std::string& optimizer, double of_adamw);

/// Whether parameters are updated during the backward pass and no gradient is kept: one pass an update, no
/// clipping, an optimiser that does not need all gradients first.
bool releases_gradients(const TrainOptions& options);

/// Bytes that are written of each trained parameter into a checkpoint's state, at most: weight, the optimiser's
/// memory, moving average, best weights.
double state_bytes_per_parameter(const TrainOptions& options);
/// Bytes in memory for each trained parameter: the same, and its gradient.
double trained_bytes_per_parameter(const TrainOptions& options);

}  // namespace big
