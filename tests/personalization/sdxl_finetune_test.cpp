// Real runs on a tiny SDXL, and the relatives of it that cannot be taught.
#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/core/sha256.h"
#include "big/personalization/finetune.h"
#include "big/pipeline/stable_diffusion.h"
#include "kept_photos.h"
#include "quick_finetune.h"
#include "support/error_of.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// A model that tests/parity/make_references.py has made.
fs::path reference_model(const std::string& family) {
  return fs::path(std::getenv("BIG_TEST_BINARY_DIR")) / "references" / family / "model";
}

class FinetuneSdxl : public QuickFinetune {
 protected:
  FinetuneSdxl() {
    options.pretrained_model = reference_model("sdxl").string();
    options.num_class_images = 1;
    options.class_image_steps = 1;
    options.train.max_train_steps = 1;
    options.train.resolution = 32;
  }
};

TEST_F(FinetuneSdxl, TeachesUNetAndBothEncodersAndSavesThem) {
  options.train.train_text_encoder = true;
  const FinetuneResult result = finetune(options);
  EXPECT_NO_THROW(load_model(result.model_path));
  for (const char* part : {"unet/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors",
                           "text_encoder_2/model.safetensors"}) {
    EXPECT_NE(sha256_of_files({result.model_path / part}), sha256_of_files({reference_model("sdxl") / part}))
        << part;
  }
  EXPECT_TRUE(fs::exists(result.model_path / "tokenizer_2"));
}

TEST_F(FinetuneSdxl, AMetamodelReplaysPhotosWithTheirOriginalSizes) {
  options.target = TargetModel::kMeta;
  finetune(options);
  const auto photo = read_kept_photo(options.models_dir / "metamodel" / "photos" / "sks" / "0001.png");
  EXPECT_EQ(photo.image.height, 32);
  EXPECT_EQ(photo.original_height, 64);
  EXPECT_EQ(photo.original_width, 65);
  EXPECT_NO_THROW(finetune(options)) << "sks is replayed";
}

TEST_F(FinetuneSdxl, SaysThatTheModelWasMadeForLargerPictures) {
  options.dry_run = true;
  const auto warnings = finetune(options).plan.warnings;
  EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(), [](const std::string& warning) {
    return warning.find("made for pictures of 64 pixels") != std::string::npos;
  }));
}

TEST_F(FinetuneSdxl, WhatCannotBeTaughtIsRefusedWithTheReason) {
  const auto refusal = [&](const std::string& family) {
    options.pretrained_model = reference_model(family).string();
    return error_of<InputError>([&] { finetune(options); });
  };
  EXPECT_NE(refusal("refiner").find("refiner cannot be taught"), std::string::npos) << refusal("refiner");
  EXPECT_NE(refusal("inpaint").find("in_channels 9"), std::string::npos) << refusal("inpaint");
  EXPECT_NE(refusal("lcm").find("distilled"), std::string::npos) << refusal("lcm");
  EXPECT_FALSE(fs::exists(options.models_dir / "registry.json"));
}

}  // namespace
}  // namespace big
