#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "big/core/sha256.h"
#include "big/personalization/finetune.h"
#include "big/registry/registry.h"
#include "models_folder.h"
#include "support/temp_dir.h"

namespace big {

inline std::string weights_of(const std::filesystem::path& model) {
  return sha256_of_files({model / "unet" / "diffusion_pytorch_model.safetensors"});
}

/// Real runs on the real starter, two updates long: three photos and two class pictures, in a folder of its own.
class QuickFinetune : public testing::Test {
 protected:
  QuickFinetune() {
    options.photos = make_photos(dir_.path() / "photos", 3);
    options.category = "cat";
    options.user = "anna";
    options.models_dir = dir_.path() / "models";
    options.project_models = project_models();
    options.num_class_images = 2;
    options.class_image_steps = 2;
    options.gate = "off";  // two updates teach nothing
    options.train.max_train_steps = 2;
    options.train.resolution = 64;
    options.train.train_batch_size = 1;
    options.train.gradient_accumulation_steps = 1;
    options.train.learning_rate = 1e-4;
    options.train.seed = 7;
  }
  const std::filesystem::path& folder() const { return dir_.path(); }
  const std::filesystem::path& models() const { return options.models_dir; }
  Registry registry() const { return read_registry(options.models_dir); }
  FinetuneOptions options;

 private:
  TempDir dir_;
};

}  // namespace big
