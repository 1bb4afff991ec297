#include "big/training/train_settings.h"

namespace big {

Json train_settings(const TrainOptions& options) {
  Json settings = {{"method", options.method},
          {"max_train_steps", options.max_train_steps},
          {"learning_rate", options.learning_rate},
          {"text_encoder_lr", options.text_encoder_lr},
          {"resolution", options.resolution},
          {"train_batch_size", options.train_batch_size},
          {"gradient_accumulation_steps", options.gradient_accumulation_steps},
          {"gradient_checkpointing", options.gradient_checkpointing},
          {"prior_loss_weight", options.prior_loss_weight},
          {"prior", options.prior},
          {"train_text_encoder", options.train_text_encoder},
          {"text_encoder_stop", options.text_encoder_stop},
          {"lora_rank", options.lora.rank},
          {"lora_alpha", options.lora.alpha},
          {"lora_targets", options.lora.targets},
          {"lora_dropout", options.lora.dropout},
          {"use_dora", options.lora.use_dora},
          {"init_lora", options.lora.init.string()},
          {"initializer_token", options.word.initializer},
          {"num_vectors", options.word.num_vectors},
          {"embedding_lr", options.word.learning_rate},
          {"random_flip", options.random_flip},
          {"color_jitter", options.color_jitter},
          {"center_crop", options.center_crop},
          {"max_grad_norm", options.max_grad_norm},
          {"lr_scheduler", options.lr_scheduler},
          {"lr_warmup_steps", options.lr_warmup_steps},
          {"lr_num_cycles", options.lr_num_cycles},
          {"lr_power", options.lr_power},
          {"snr_gamma", options.snr_gamma},
          {"debiased_estimation", options.debiased_estimation},
          {"noise_offset", options.noise_offset},
          {"loss_type", options.loss_type},
          {"huber_c", options.huber_c},
          {"masked_loss", options.masked_loss},
          {"mask_floor", options.mask_floor},
          {"use_ema", options.use_ema},
          {"ema_decay", options.ema_decay},
          {"optimizer", options.optimizer},
          {"adam_beta1", options.adam_beta1},
          {"adam_beta2", options.adam_beta2},
          {"adam_weight_decay", options.adam_weight_decay},
          {"adam_epsilon", options.adam_epsilon},
          {"seed", options.seed}};
  settings["keep"] = options.keep;
  settings["early_stop"] = options.early_stop;
  // Which updates are measured decides only where something hangs on it.
  if (options.keep == "best" || options.early_stop > 0) settings["validation_steps"] = options.validation_steps;
  return settings;
}

}  // namespace big
