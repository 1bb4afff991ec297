#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace big {

/// What of a model is taught.
enum class TrainMethod {
  kFull,              ///< its weights
  kLora,              ///< low-rank adapters beside them (arXiv 2106.09685); the weights stay
  kTextualInversion,  ///< the vectors of a new word (arXiv 2208.01618); everything else stays
  kPivotal,           ///< adapters and a new word together (pivotal tuning, arXiv 2106.05744)
};

/// "full" | "lora" | "textual_inversion" | "pivotal". Throws UsageError naming them.
TrainMethod parse_train_method(const std::string& name);
inline bool teaches_adapters(TrainMethod method) {
  return method == TrainMethod::kLora || method == TrainMethod::kPivotal;
}
inline bool teaches_word(TrainMethod method) {
  return method == TrainMethod::kTextualInversion || method == TrainMethod::kPivotal;
}

/// The learning rate that AdamW is usually given for a method: diffusers' scripts' (full: TrainOptions' own).
double adamw_learning_rate(TrainMethod method);

/// Low-rank adapters to be taught.
struct AdapterOptions {
  int64_t rank = 4;
  double alpha = -1;                  ///< the change counts alpha / rank; negative: alpha is the rank
  std::string targets = "attention";  ///< attention (see attention_layers) | all (see all_layers)
  double dropout = 0;                 ///< 0 to below 1, in front of each adapter
  bool use_dora = false;              ///< magnitudes beside them (arXiv 2402.09353); without dropout
  /// A LoRA file or folder to go on from: a part of the model that it has is continued with its layers, ranks
  /// and alphas, one that it lacks begins anew. Empty: all begin anew.
  std::filesystem::path init;
};

/// A new word to be taught.
struct WordOptions {
  std::string word;         ///< as it stands in the prompts; finetune takes the identifier
  std::string initializer;  ///< a text whose vectors it begins with; empty: finetune takes the category
  int64_t num_vectors = 1;  ///< token vectors that it stands for
  double learning_rate = -1;  ///< of pivotal training's vectors; negative: the run's, as for textual inversion
};

}  // namespace big
