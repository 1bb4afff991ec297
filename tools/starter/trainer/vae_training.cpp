#include "vae_training.h"

#include <torch/types.h>

#include "big/core/interrupt.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/networks/autoencoder_kl.h"
#include "big/weights/state_dict.h"
#include "pictures.h"
#include "trained_part.h"

namespace big {
namespace {

constexpr int64_t kHeldOut = 96;
constexpr double kKlWeight = 1e-5, kEdgeWeight = 0.5;
/// The logarithm of the variance that a new encoder starts with: a decoder learns nothing from pure noise.
constexpr double kFirstLogVariance = -6;

torch::Tensor edges_loss(const torch::Tensor& error) {
  return error.diff(1, 2).abs().mean() + error.diff(1, 3).abs().mean();
}

class VaeRun {
 public:
  explicit VaeRun(const VaeTraining& training)
      : training_(training),
        pictures_(read_pictures(training.pictures)),
        random_(torch::make_generator<at::CPUGeneratorImpl>(training.seed)),
        vae_(start_part<AutoencoderKL, AutoencoderKLConfig>(
            training.start, "diffusion_pytorch_model", start_log_variance)),
        average_({{parameters(), 1e-4}}, training.stage) {
    // The same pictures are held out whatever the seed.
    auto fixed = torch::make_generator<at::CPUGeneratorImpl>(7);
    order_ = torch::randperm(pictures_.art.size(0), fixed, torch::kInt64);
    held_out_ = compose(pictures_, order_.slice(0, 0, kHeldOut), fixed);
    order_ = order_.slice(0, kHeldOut);
    average_.resume(checkpoint());
    random_.set_current_seed(training.seed + static_cast<uint64_t>(average_.steps()));
  }

  void run(const ProgressFn& progress) {
    log_quality();
    double loss = 0;
    while (!average_.done()) {
      throw_if_interrupted();
      loss = update();
      average_.step();
      report(progress, {"autoencoder", average_.steps(), training_.stage.steps, loss});
      if (average_.steps() % training_.stage.save_every == 0 || average_.done()) save();
    }
  }

 private:
  static void start_log_variance(AutoencoderKL& vae) {
    const int64_t channels = vae->config.latent_channels;
    const torch::NoGradGuard no_grad;
    vae->parameter("quant_conv.bias").slice(0, channels).fill_(kFirstLogVariance);
  }

  std::vector<torch::Tensor> parameters() const {
    std::vector<torch::Tensor> chosen;
    for (const auto& item : vae_->named_parameters()) {
      const bool decodes = item.first.starts_with("decoder.") || item.first.starts_with("post_quant_conv.");
      if (decodes || training_.parts == VaeParts::kWhole) chosen.push_back(item.second);
    }
    return chosen;
  }

  double update() {
    const auto rows = torch::randint(order_.size(0), {training_.batch}, random_);
    const auto x = compose(pictures_, order_.index_select(0, rows), random_);
    const auto latents = vae_->encode(x);
    const auto noise = torch::randn(latents.mean.sizes(), random_);
    const auto error = vae_->decode(latents.sample(noise)) - x;
    auto loss = error.abs().mean() + 2 * error.square().mean() + kEdgeWeight * edges_loss(error);
    if (training_.parts == VaeParts::kWhole) {
      const auto variance = latents.std.square();
      loss = loss + kKlWeight * 0.5 * (latents.mean.square() + variance - 1 - variance.log()).mean();
    }
    loss.backward();
    return loss.item<double>();
  }

  /// PSNR in dB, the mean over held-out pictures, decoded from their mean latents.
  double quality() {
    const torch::NoGradGuard no_grad;
    const auto error = (vae_->decode(vae_->encode(held_out_).mean).clamp(-1, 1) - held_out_) / 2;
    return -10 * error.square().mean(at::IntArrayRef{1, 2, 3}).log10().mean().item<double>();
  }

  void log_quality() {
    average_.with_average([&] {
      log_info(
          concat("step ", average_.steps(), " rate ", average_.learning_rate(), " PSNR ", quality(), " dB"));
    });
  }

  void save() {
    log_quality();
    average_.with_average([&] {
      save_part(*vae_, training_.start, training_.out, "diffusion_pytorch_model");
      const torch::NoGradGuard no_grad;
      log_info(concat("scaling_factor for these latents: ",
                      1 / vae_->encode(held_out_).mean.std().item<double>()));
    });
    average_.save(checkpoint());
  }

  std::filesystem::path checkpoint() const { return training_.out / "checkpoint.safetensors"; }

  const VaeTraining& training_;
  StarterPictures pictures_;
  torch::Generator random_;
  AutoencoderKL vae_;
  AveragedTraining average_;
  torch::Tensor order_, held_out_;
};

}  // namespace

void train_vae(const VaeTraining& training, const ProgressFn& progress) { VaeRun(training).run(progress); }

}  // namespace big
