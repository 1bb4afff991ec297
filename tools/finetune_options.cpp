#include "finetune_options.h"

namespace big {
namespace {

void add_subject_options(OptionTable& table, FinetuneArguments& arguments) {
  const char* const kGroup = "What to teach";
  FinetuneOptions& options = arguments.options;
  table.add(kGroup, "path_to_instance_images", "the folder of photos of one subject", &options.photos)
      .positional("PHOTOS")
      .placeholder("DIR")
      .personal()
      .required();
  table
      .add(kGroup, "category", "what the subject is, in a word or two: dog, toy, painting", &options.category)
      .placeholder("WORDS")
      .personal()
      .required();
  table.add(kGroup, "target_model", "which model learns it", &options.target)
      .placeholder("MODEL")
      .choices({"private", "private_meta", "meta"})
      .personal();
  table.add(kGroup, "identifier", "the word that shall mean it", &options.identifier)
      .placeholder("WORD")
      .personal()
      .unset("the best unused one");
  table.add(kGroup, "identifier_list", "words to take it from, one a line", &options.identifier_list)
      .placeholder("FILE")
      .personal()
      .unset("rare words of the model's vocabulary");
  table.add(kGroup, "overwrite", "teach a known identifier anew", &options.overwrite).personal();
  table
      .add(kGroup, "subject_file",
           "teach several, one after the other: TOML with tables [[subject]] of photos, category and flags of their own",
           &arguments.subject_file)
      .placeholder("FILE")
      .flag_only();
}

void add_validation_options(OptionTable& table, FinetuneOptions& options) {
  const char* const kGroup = "Measuring on the way";
  table
      .add(kGroup, "validation_steps", "updates between two measurements of photos and class; 0: none",
           &options.train.validation_steps)
      .range(0, 1e6)
      .personal();
  table
      .add(kGroup, "validation_photos", "photos that are measured and not taught; 0: measure the taught ones",
           &options.validation_photos)
      .range(0, 1e6)
      .personal()
      .unset("one of six or more");
  table
      .add(kGroup, "validation_prompt", "draw this at each measurement, for the report (the identifier may be left out)",
           &options.validation_prompt)
      .placeholder("TEXT")
      .personal()
      .unset("nothing is drawn");
  table
      .add(kGroup, "num_validation_images", "pictures of it each time", &options.num_validation_images)
      .range(1, 16)
      .personal();
  table
      .add(kGroup, "keep", "the last weights, or those of the best measurement", &options.train.keep)
      .placeholder("WHICH")
      .choices({"last", "best"})
      .personal();
  table
      .add(kGroup, "early_stop", "end after so many measurements that are no better than the best; 0: never",
           &options.train.early_stop)
      .range(0, 1e6)
      .personal();
  table.add(kGroup, "tensorboard", "write the curves for TensorBoard too", &options.tensorboard).personal();
}

const char* const kHow = "How (a model may bring defaults of its own: see --print_config)";

void add_loss_options(OptionTable& table, TrainOptions& train) {
  table.add(kHow, "snr_gamma", "min-SNR: clear pictures count less; 5 is usual, 0 turns it off", &train.snr_gamma)
      .range(0, 1e6);
  table.add(kHow, "debiased_estimation", "another way of the same: weigh by 1 / sqrt(SNR)",
            &train.debiased_estimation);
  table.add(kHow, "noise_offset", "noise on whole channels, for darker darks; 0.05 to 0.1", &train.noise_offset)
      .range(0, 10);
  table.add(kHow, "loss_type", "huber and smooth_l1 forgive single large errors", &train.loss_type)
      .placeholder("NAME")
      .choices({"l2", "huber", "smooth_l1"});
  table.add(kHow, "huber_c", "where huber and smooth_l1 turn from a square to a line", &train.huber_c)
      .range(0, 1e6);
  table.add(kHow, "masked_loss", "learn what a photo's mask (dog.mask.png) or transparency shows", &train.masked_loss);
  table.add(kHow, "mask_floor", "how much the rest of the photo counts", &train.mask_floor).range(0, 1);
  table.add(kHow, "use_ema", "keep the weights' moving average", &train.use_ema);
  table.add(kHow, "ema_decay", "how much of the average an update leaves", &train.ema_decay).range(0, 1);
}

void add_checkpoint_options(OptionTable& table, FinetuneOptions& options) {
  const char* const kGroup = "Stopping and going on";
  table.add(kGroup, "checkpointing_steps", "updates between two checkpoints; 0: none", &options.train.checkpointing_steps)
      .range(0, 1e6)
      .personal();
  table
      .add(kGroup, "resume", "go on from a checkpoint: latest, or its folder; the rest of the command as before",
           &options.resume)
      .placeholder("WHICH")
      .name_or_path()
      .personal()
      .unset("begin anew");
  table
      .add(kGroup, "checkpoints_total_limit", "checkpoints that are kept; 0: all",
           &options.checkpoints_total_limit)
      .range(0, 1e6)
      .personal();
}

/// What of the model is taught, and the adapters and words that may be taught in place of its weights.
void add_method_options(OptionTable& table, TrainOptions& train) {
  const char* const kGroup = "What of the model is taught";
  table
      .add(kGroup, "method",
           "full: its weights; lora: small adapters beside them; textual_inversion: a new word; pivotal: both",
           &train.method)
      .placeholder("METHOD")
      .choices({"full", "lora", "textual_inversion", "pivotal"})
      .personal();
  table.add(kGroup, "train_text_encoder", "teach the text encoder too", &train.train_text_encoder);
  table.add(kGroup, "text_encoder_lr", "the text encoder's own", &train.text_encoder_lr)
      .range(0, 1)
      .unset("as learning_rate");
  table
      .add(kGroup, "text_encoder_stop",
           "share of the updates after which text encoder and new word stay as they are",
           &train.text_encoder_stop)
      .range(0, 1);
  table.add(kGroup, "lora_rank", "width of the adapters", &train.lora.rank).range(1, 4096);
  table.add(kGroup, "lora_alpha", "adapters count alpha / rank", &train.lora.alpha)
      .range(0, 1e6)
      .unset("the rank");
  table
      .add(kGroup, "lora_targets",
           "layers with adapters: those of the transformers, or all, convolutions too (LoCon)",
           &train.lora.targets)
      .placeholder("WHICH")
      .choices({"attention", "all"});
  table.add(kGroup, "lora_dropout", "share of an adapter's inputs left out of each step", &train.lora.dropout)
      .range(0, 0.99);
  table.add(kGroup, "use_dora", "adapters with magnitudes (DoRA)", &train.lora.use_dora);
  table.add(kGroup, "init_lora", "a LoRA file or folder to go on from", &train.lora.init)
      .placeholder("PATH")
      .personal()
      .unset("begin anew");
  table.add(kGroup, "initializer_token", "what the new word begins as", &train.word.initializer)
      .placeholder("WORDS")
      .personal()
      .unset("the category");
  table.add(kGroup, "num_vectors", "token vectors that the new word stands for", &train.word.num_vectors)
      .range(1, 75);
  table.add(kGroup, "embedding_lr", "pivotal: the new word's own", &train.word.learning_rate)
      .range(0, 1)
      .unset("as learning_rate");
}

void add_training_options(OptionTable& table, FinetuneOptions& options) {
  const char* const kGroup = kHow;
  TrainOptions& train = options.train;
  table
      .add(kGroup, "pretrained_model", "the base: a name in the models folders, or a path",
           &options.pretrained_model)
      .placeholder("MODEL")
      .name_or_path()
      .personal();
  add_source_options(table, kGroup, options.source);
  table.add(kGroup, "max_train_steps", "optimiser updates", &train.max_train_steps).range(1, 1e6);
  table.add(kGroup, "learning_rate", "step size (prodigy's: a factor, 1 unless you give one)", &train.learning_rate)
      .range(0, 1);
  table.add(kGroup, "optimizer", "what turns gradients into updates", &train.optimizer)
      .placeholder("NAME")
      .choices({"adamw", "adamw8bit", "adafactor", "prodigy", "lion", "sgd"});
  add_loss_options(table, train);
  table.add(kGroup, "resolution", "side of the training pictures in pixels", &train.resolution)
      .range(8, 4096);
  table
      .add(kGroup, "train_batch_size", "photos a forward pass; the prior adds as many",
           &train.train_batch_size)
      .range(1, 1024);
  table
      .add(kGroup, "gradient_accumulation_steps", "forward passes an update",
           &train.gradient_accumulation_steps)
      .range(1, 1024);
  table.add(kGroup, "gradient_checkpointing", "less memory, more time", &train.gradient_checkpointing);
  table
      .add(kGroup, "prior_loss_weight", "how much class pictures count; 0: no prior",
           &train.prior_loss_weight)
      .range(0, 100);
  table
      .add(kGroup, "prior",
           "what class pictures are: drawn; or none, the model as it was is the teacher",
           &train.prior)
      .placeholder("KIND")
      .choices({"pictures", "self_distilled"});
  table.add(kGroup, "num_class_images", "class pictures", &options.num_class_images)
      .range(0, 100000)
      .unset("as many as steps, at most 200");
  table.add(kGroup, "class_data_dir", "your own pictures of the category, in place of drawn ones", &options.class_data_dir)
      .placeholder("DIR")
      .personal()
      .unset("drawn");
  table.add(kGroup, "random_flip", "show the photos mirrored every other time (not for faces and letters)",
            &train.random_flip);
  table.add(kGroup, "color_jitter", "how far the photos' brightness, contrast and saturation change from step to step",
            &train.color_jitter)
      .range(0, 0.9);
  table.add(kGroup, "center_crop", "crop in the middle; else anew at each step", &train.center_crop);
  table.add(kGroup, "max_grad_norm", "gradients are clipped to this length; 0: not at all", &train.max_grad_norm)
      .range(0, 1e9);
  table.add(kGroup, "lr_scheduler", "how the learning rate runs", &train.lr_scheduler)
      .placeholder("NAME")
      .choices({"constant", "linear", "cosine", "cosine_with_restarts", "polynomial"});
  table.add(kGroup, "lr_warmup_steps", "updates until the learning rate is reached", &train.lr_warmup_steps)
      .range(0, 1e6);
  table.add(kGroup, "lr_num_cycles", "falls of cosine_with_restarts", &train.lr_num_cycles).range(1, 1e6);
  table.add(kGroup, "lr_power", "of polynomial: 1 falls evenly, more falls earlier", &train.lr_power)
      .range(0, 100);
  table.add(kGroup, "seed", "same seed, same weights", &train.seed).personal().unset("random");
}

}  // namespace

void add_finetune_options(OptionTable& table, FinetuneArguments& arguments) {
  add_subject_options(table, arguments);
  add_method_options(table, arguments.options.train);
  add_training_options(table, arguments.options);
  add_checkpoint_options(table, arguments.options);
  add_validation_options(table, arguments.options);
  const char* const kRun = "The run";
  table.add(kRun, "dry_run", "say what would be done, do nothing", &arguments.options.dry_run).personal();
  table.add(kRun, "no_wait", "stop where another run holds the model (exit 4)", &arguments.options.no_wait)
      .personal();
  table
      .add(kRun, "gate",
           "a metamodel's new version that forgot something or did not learn: strict refuses it (exit 5)",
           &arguments.options.gate)
      .placeholder("HOW")
      .choices({"off", "warn", "strict"})
      .personal();
  table
      .add(kRun, "replay",
           "what reminds a metamodel of its subjects: least recent first; all alike; as the original; nothing",
           &arguments.options.replay)
      .placeholder("MIX")
      .choices({"balanced", "uniform", "original", "none"})
      .personal();
  table
      .add(kRun, "max_subjects", "refuse a metamodel's next subject where it holds so many (meta: of this user); 0: any number",
           &arguments.options.max_subjects)
      .range(0, 1e6)
      .personal();
  table.add(kRun, "force", "go on where memory or disk will not do", &arguments.options.force).personal();
  const char* const kSave = "What to write";
  table
      .add(kSave, "save", "diffusers, and after commas: single_file (one .safetensors for web UIs); of a LoRA kohya, peft",
           &arguments.options.save)
      .placeholder("KINDS")
      .personal();
  table
      .add(kSave, "save_dtype", "numbers of the single file; auto as the base's",
           &arguments.options.save_dtype)
      .placeholder("TYPE")
      .choices({"auto", "fp32", "fp16", "bf16"})
      .personal();
  table
      .add(kSave, "keep_extra", "the single file keeps what only a single-file base holds",
           &arguments.options.keep_extra)
      .personal();
  const char* const kTidy = "Instead of teaching";
  table.add(kTidy, "suggest", "show N words that could mean a subject, with scores and reasons", &arguments.suggest)
      .placeholder("N")
      .flag_only();
  table.add(kTidy, "remove", "delete a subject of the target model", &arguments.remove)
      .placeholder("IDENTIFIER")
      .flag_only();
  table.add(kTidy, "reset", "delete a metamodel, its identifiers and kept photos", &arguments.reset)
      .flag_only();
  table
      .add(kTidy, "rollback", "take a metamodel back to version N (list_identifiers --versions)",
           &arguments.rollback)
      .placeholder("N")
      .flag_only();
  table
      .add(kTidy, "check", "measure all that a metamodel knows; a page with its photos beside what it draws now",
           &arguments.check)
      .flag_only();
  table.add(kTidy, "forget_user", "delete all of a user's models, photos, reports and logs", &arguments.forget_user)
      .placeholder("NAME")
      .flag_only();
  table
      .add(kTidy, "export_user", "copy all of that into a new folder: --export_user NAME DIR", &arguments.export_user)
      .placeholder("NAME")
      .flag_only();
  table.add(kTidy, "yes", "delete without a question", &arguments.yes).flag_only();
  add_compute_options(table, arguments.options.device, arguments.options.dtype, arguments.threads);
  add_common_options(table, arguments.common);
}

}  // namespace big
