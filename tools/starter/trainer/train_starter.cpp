// train_starter vae|unet: the two long stages of making the starter model, on the library's own networks.
#include <CLI/CLI.hpp>
#include <iostream>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/pipeline/device.h"
#include "cli/progress_bar.h"
#include "cli/run_guarded.h"
#include "unet_training.h"
#include "vae_training.h"

namespace big {
namespace {

/// What both stages take.
template <class Training>
void add_options(CLI::App& verb, Training& training, int64_t& threads) {
  verb.add_option("--start", training.start, "diffusers folder to begin with (configs, and weights if there)")
      ->required();
  verb.add_option("--out", training.out, "folder of the result and the checkpoint")->required();
  verb.add_option("--steps", training.stage.steps, "updates in all; fewer end a resumed run sooner")
      ->capture_default_str();
  verb.add_option("--learning_rate", training.stage.learning_rate)->capture_default_str();
  verb.add_option("--hold_share", training.stage.hold_share, "part of the steps before the rate falls")
      ->capture_default_str();
  verb.add_option("--save_every", training.stage.save_every)->capture_default_str();
  verb.add_option("--batch", training.batch)->capture_default_str();
  verb.add_option("--seed", training.seed)->capture_default_str();
  verb.add_option("--threads", threads, "0: the physical cores")->capture_default_str();
}

void run(const std::vector<std::string>& arguments) {
  CLI::App app("Trains the starter model's parts from nothing, or on from what there is.", "train_starter");
  app.require_subcommand(1);
  int64_t threads = 1;
  VaeTraining vae;
  UnetTraining unet;
  bool decoder_only = false;
  auto* vae_verb = app.add_subcommand("vae", "the autoencoder");
  vae_verb->add_option("--pictures", vae.pictures, "pictures.safetensors of render.py")->required();
  vae_verb->add_flag("--decoder_only", decoder_only, "keep the latents what they are");
  auto* unet_verb = app.add_subcommand("unet", "UNet and text encoder");
  unet_verb->add_option("--latents", unet.latents, "latents.safetensors of prepare.py")->required();
  add_options(*vae_verb, vae, threads);
  add_options(*unet_verb, unet, threads);

  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help("", CLI::AppFormatMode::All);
    return;
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  set_threads(threads);
  ProgressBar bar(false);
  vae.parts = decoder_only ? VaeParts::kDecoder : VaeParts::kWhole;
  if (vae_verb->parsed()) train_vae(vae, bar.callback());
  if (unet_verb->parsed()) train_unet(unet, bar.callback());
}

}  // namespace
}  // namespace big

int main(int argc, char** argv) { return big::run_guarded(argc, argv, big::run); }
