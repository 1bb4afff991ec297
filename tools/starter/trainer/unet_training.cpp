#include "unet_training.h"

#include <torch/types.h>

#include <algorithm>

#include "big/core/interrupt.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/diffusion/noise_schedule.h"
#include "big/networks/clip_text_model.h"
#include "big/networks/unet_2d_condition.h"
#include "big/tokenizers/tokenizer.h"
#include "captions.h"
#include "trained_part.h"

namespace big {
namespace {

/// Captions of a reserved word before the class: the UNet learns that an unknown word changes nothing, so
/// that an untaught "a sks cat" is a cat. The text encoder does not learn from them: it goes on telling the
/// words apart.
constexpr double kUnknownWordShare = 0.05;
constexpr const char* kTokenEmbedding = "text_model.embeddings.token_embedding.weight";

/// What a loss is logged with: the mean of the last hundred or so.
constexpr double kLossMemory = 0.99;

/// Words of one piece that were reserved with the identifiers and are not offered to anybody: no caption may
/// use an identifier.
std::vector<std::string> unknown_words(const Tokenizer& tokenizer, const std::filesystem::path& folder) {
  constexpr int64_t kReserved = 256;  // the last pieces of the starter's vocabulary
  const auto offered = reserved_identifiers(folder);
  std::vector<std::string> words;
  for (int64_t id = tokenizer.vocab_size() - kReserved; id < tokenizer.vocab_size(); ++id) {
    const auto word = tokenizer.decode({id});
    if (std::find(offered.begin(), offered.end(), word) == offered.end()) words.push_back(word);
  }
  return words;
}

NoiseSchedule read_schedule(const std::filesystem::path& start) {
  const auto file = start / "scheduler" / "scheduler_config.json";
  return NoiseSchedule(NoiseScheduleConfig::from_json(read_json(file), file.string()));
}

class UnetRun {
 public:
  explicit UnetRun(const UnetTraining& training)
      : training_(training),
        data_(read_captioned_latents(training.latents)),
        schedule_(read_schedule(training.start)),
        tokenizer_(load_tokenizer(training.start / "tokenizer")),
        words_(unknown_words(*tokenizer_, training.start / "tokenizer")),
        unet_(start_part<UNet2DCondition, UNet2DConditionConfig>(
            training.start / "unet", "diffusion_pytorch_model", [](auto&) {})),
        text_(start_part<ClipTextModel, ClipTextConfig>(
            training.start / "text_encoder", "model", [](auto&) {})),
        average_(groups(), training.stage) {
    average_.resume(checkpoint());
    const auto seed = training.seed + static_cast<uint64_t>(average_.steps());
    random_.seed(seed);
    torch::manual_seed(seed);
  }

  void run(const ProgressFn& progress) {
    log_info(concat(data_.cumulative.size(), " latents of ", data_.concepts.size(), " concepts"));
    while (!average_.done()) {
      throw_if_interrupted();
      const double loss = update();
      average_.step();
      loss_ = loss_ == 0 ? loss : kLossMemory * loss_ + (1 - kLossMemory) * loss;
      report(progress, {"unet", average_.steps(), training_.stage.steps, loss_});
      if (average_.steps() % training_.stage.save_every == 0 || average_.done()) save();
    }
  }

 private:
  /// Decay would shrink the embeddings of words that captions do not use: the reserved identifiers.
  std::vector<DecayGroup> groups() const {
    DecayGroup decayed{unet_->parameters(), 0.01}, kept{{}, 0.0};
    for (const auto& item : text_->named_parameters())
      (item.first == kTokenEmbedding ? kept : decayed).parameters.push_back(item.second);
    return {decayed, kept};
  }

  double uniform() { return std::uniform_real_distribution<double>()(random_); }

  /// Captions of the rows -> embeddings [B,T,D].
  torch::Tensor embeddings(const std::vector<int64_t>& rows) {
    std::vector<torch::Tensor> ids;
    std::vector<uint8_t> unknown;
    for (const int64_t row : rows) {
      unknown.push_back(!words_.empty() && uniform() < kUnknownWordShare);
      const auto text = unknown.back() ? caption_with_word(data_, row, words_[random_() % words_.size()])
                                       : caption(data_, row, random_);
      ids.push_back(torch::tensor(tokenizer_->encode_padded(ascii_lower(text)).ids));
    }
    const auto context = text_->forward(torch::stack(ids));
    const auto is_unknown = torch::tensor(unknown).to(torch::kBool).view({-1, 1, 1});
    return torch::where(is_unknown, context.detach(), context);
  }

  /// One timestep in each of B equal parts of the schedule, in random order: [B] int64. The loss is steadier
  /// than with independent ones.
  torch::Tensor timesteps() {
    const int64_t count = training_.batch;
    const auto places = (torch::randperm(count).to(torch::kFloat64) + uniform()) / static_cast<double>(count);
    return (places * static_cast<double>(schedule_.config().num_train_timesteps)).to(torch::kInt64);
  }

  double update() {
    const auto rows = draw_rows(data_, training_.batch, random_);
    const auto context = embeddings(rows);
    const auto x0 = data_.latents.index_select(0, torch::tensor(rows)).to(torch::kFloat32);
    const auto noise = torch::randn_like(x0);
    const auto t = timesteps();
    const auto predicted = unet_->forward(schedule_.add_noise(x0, noise, t), t, context);
    const auto loss = (predicted - schedule_.training_target(x0, noise, t)).square().mean();
    loss.backward();
    return loss.item<double>();
  }

  void save() {
    average_.with_average([&] {
      save_part(*unet_, training_.start / "unet", training_.out / "unet", "diffusion_pytorch_model");
      save_part(*text_, training_.start / "text_encoder", training_.out / "text_encoder", "model");
    });
    average_.save(checkpoint());
    log_info(concat("step ", average_.steps(), " rate ", average_.learning_rate(), " loss ", loss_));
  }

  std::filesystem::path checkpoint() const { return training_.out / "checkpoint.safetensors"; }

  const UnetTraining& training_;
  CaptionedLatents data_;
  NoiseSchedule schedule_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::vector<std::string> words_;
  UNet2DCondition unet_;
  ClipTextModel text_;
  AveragedTraining average_;
  std::mt19937_64 random_;
  double loss_ = 0;
};

}  // namespace

void train_unet(const UnetTraining& training, const ProgressFn& progress) { UnetRun(training).run(progress); }

}  // namespace big
