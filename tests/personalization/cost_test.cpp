#include "cost.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "models_folder.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

/// SD 1.5's numbers.
ModelSize sd15() {
  ModelSize size;
  size.unet_parameters = 859'520'964;
  size.text_parameters = 123'060'480;
  size.vae_parameters = 83'653'863;
  size.unet_bytes = size.unet_parameters * 4;
  size.text_bytes = size.text_parameters * 4;
  size.rest_bytes = size.vae_parameters * 4;
  return size;
}

TrainOptions one_and_one() {
  TrainOptions options;
  options.train_batch_size = 1;
  return options;
}

TEST(PredictMemory, MeetsWhatDiffusersTakesForSd15) {
  // Measured peak of the same run in diffusers at 512 and 256 px: 19.3 and 16.1 GB.
  TrainOptions options = one_and_one();
  EXPECT_NEAR(static_cast<double>(predict_memory(sd15(), options, 4)), 19.3e9, 2e9);
  options.resolution = 256;
  EXPECT_NEAR(static_cast<double>(predict_memory(sd15(), options, 4)), 16.1e9, 2e9);
}

TEST(PredictMemory, OfALoraIsTheFrozenWeightsAndItsOwn) {
  TrainOptions full = one_and_one(), lora = full;
  full.gradient_checkpointing = lora.gradient_checkpointing = true;
  lora.method = "lora";
  const auto half = static_cast<double>(predict_memory(sd15(), lora, 2));
  EXPECT_LT(half, 5.5e9) << "SD 1.5 at 512 px in half precision";
  EXPECT_GT(static_cast<double>(predict_memory(sd15(), full, 2)), 14e9);
  lora.lora.rank = 128;
  lora.lora.targets = "all";
  EXPECT_GT(static_cast<double>(predict_memory(sd15(), lora, 2)), half + 1e9);
}

TEST(PredictMemory, ATeacherOfFullTrainingIsTheUNetOnceMore) {
  TrainOptions options = one_and_one();
  const uint64_t without = predict_memory(sd15(), options, 4);
  options.prior = "self_distilled";
  EXPECT_EQ(predict_memory(sd15(), options, 4) - without, static_cast<uint64_t>(sd15().unet_parameters) * 4);
  options.method = "lora";
  const uint64_t lora = predict_memory(sd15(), options, 4);
  options.prior = "pictures";
  EXPECT_EQ(predict_memory(sd15(), options, 4), lora) << "it is the same UNet";
}

TEST(PredictMemory, WhatTheAdviceSaysHelps) {
  TrainOptions options = one_and_one();
  options.train_batch_size = 2;
  options.train_text_encoder = true;
  uint64_t before = predict_memory(sd15(), options, 4);
  for (const auto& change : std::vector<std::function<void()>>{
           [&] { options.gradient_checkpointing = true; }, [&] { options.train_batch_size = 1; },
           [&] { options.train_text_encoder = false; }, [&] { options.resolution = 256; },
           [&] { options.prior_loss_weight = 0; }}) {
    change();
    const uint64_t after = predict_memory(sd15(), options, 4);
    EXPECT_LT(after, before);
    before = after;
  }
}

TEST(PredictMemory, KnowsWhatEachOptimizerRemembers) {
  TrainOptions options = one_and_one();
  const auto bytes_of = [&](const std::string& optimizer) {
    options.optimizer = optimizer;
    return static_cast<double>(predict_memory(sd15(), options, 4));
  };
  const auto parameters = static_cast<double>(sd15().unet_parameters);
  EXPECT_NEAR(bytes_of("adamw") - bytes_of("adamw8bit"), (8 - 2.1) * parameters, 1e6);
  EXPECT_NEAR(bytes_of("prodigy") - bytes_of("lion"), 12 * parameters, 1e6);
  const double kept = bytes_of("lion");
  options.gradient_accumulation_steps = 1;
  options.max_grad_norm = 0;
  EXPECT_NEAR(kept - bytes_of("lion"), 4 * parameters, 1e6) << "gradients are released";
  const double released = bytes_of("lion");
  options.use_ema = true;
  EXPECT_NEAR(bytes_of("lion") - released, 4 * parameters, 1e6);
}

TEST(PredictDisk, CountsCheckpointsWithTheirState) {
  const ModelSize size = sd15();
  const TrainOptions options = one_and_one();
  DiskUse use;
  const uint64_t without = predict_disk(size, options, use);
  use.checkpoints = 2;
  const uint64_t state = static_cast<uint64_t>(size.unet_parameters) * (4 + 8);
  EXPECT_EQ(predict_disk(size, options, use), without + 2 * (size.unet_bytes + state));
}

TEST(PredictMemory, CountsEachTransformerBlockOfSdxl) {
  ModelSize sdxl;
  sdxl.unet.block_out_channels = {320, 640, 1280};
  sdxl.unet.layers_per_block = {2, 2, 2};
  sdxl.unet.down_block_types = {"DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"};
  sdxl.unet.transformer_layers_per_block = {1, 2, 10};
  ModelSize shallow = sdxl;
  shallow.unet.transformer_layers_per_block = {1, 1, 1};
  TrainOptions options = one_and_one();
  options.resolution = 1024;
  EXPECT_GT(predict_memory(sdxl, options, 4), 2 * predict_memory(shallow, options, 4));
  shallow.unet.transformer_layers_per_block = {9, 2, 10};
  EXPECT_EQ(predict_memory(sdxl, options, 4), predict_memory(shallow, options, 4))
      << "the first level has none";
}

TEST(PredictDisk, CountsCopiesWhereLinksCannotBe) {
  const ModelSize size = sd15();
  const TrainOptions options = one_and_one();
  EXPECT_EQ(predict_disk(size, options, {0, true}), size.unet_bytes);
  EXPECT_EQ(predict_disk(size, options, {0, false}), size.unet_bytes + size.text_bytes + size.rest_bytes);
  EXPECT_EQ(predict_disk(size, options, {10, true}), size.unet_bytes + 10 * 512 * 512 * 3);
}

TEST(PredictDisk, OfALoraIsSmall) {
  TrainOptions options = one_and_one();
  options.method = "lora";
  const uint64_t lora = predict_disk(sd15(), options, {0, true});
  // Of rank 4 in fp32 beside each transformer's two projections, eight of attention and two of the feed-forward part:
  // 32 widths and two of the text, in 5, 5 and 6 transformers.
  const uint64_t text = 2 * static_cast<uint64_t>(sd15().unet.cross_attention_dim.front());
  EXPECT_EQ(lora, 4 * 4 * (5 * (32 * 320 + text) + 5 * (32 * 640 + text) + 6 * (32 * 1280 + text)));
  options.method = "textual_inversion";
  EXPECT_EQ(predict_disk(sd15(), options, {0, true}), 0u);
}

TEST(ModelSizeOfAFolder, IsReadFromItsFiles) {
  const ModelSize size = model_size(starter());
  EXPECT_GT(size.unet_parameters, 9'000'000);
  EXPECT_LT(size.unet_parameters, 40'000'000);
  EXPECT_GE(size.unet_bytes, static_cast<uint64_t>(size.unet_parameters) * 2);
  EXPECT_GT(size.text_parameters, 500'000);
  EXPECT_EQ(size.vae_scale, 4);
  EXPECT_GT(size.rest_bytes, 0u);
}

TEST(ModelSizeOfAFolder, CountsBothEncodersOfSdxl) {
  const auto folder =
      std::filesystem::path(std::getenv("BIG_TEST_BINARY_DIR")) / "references" / "sdxl" / "model";
  const ModelSize size = model_size(folder);
  uint64_t bytes = 0;
  for (const char* part : {"text_encoder", "text_encoder_2"})
    bytes += std::filesystem::file_size(folder / part / "model.safetensors");
  EXPECT_EQ(size.text_bytes, bytes);
  EXPECT_GT(size.text_parameters, 49408 * (32 + 48));
  EXPECT_FALSE(size.refines);
}

TEST(RefuseWhatCannotFit, SaysWhatToChange) {
  const TempDir dir;
  EXPECT_NO_THROW(refuse_what_memory_cannot_hold(1, {}));
  EXPECT_NO_THROW(refuse_what_disk_cannot_hold(1, dir.path()));
  constexpr uint64_t kTooMuch = uint64_t{1} << 60;
  const auto memory = error_of<MachineError>([&] { refuse_what_memory_cannot_hold(kTooMuch, {}); });
  EXPECT_NE(memory.find("--gradient_checkpointing"), std::string::npos) << memory;
  const auto disk = error_of<MachineError>([&] { refuse_what_disk_cannot_hold(kTooMuch, dir.path()); });
  EXPECT_NE(disk.find("disk"), std::string::npos) << disk;
  EXPECT_NE(disk.find("--models_dir"), std::string::npos) << disk;
}

TEST(RethrowWithMemoryAdvice, SaysWhatToChangeWhereMemoryRanOutAndNothingElsewhere) {
  const auto thrown = [](const auto& error) {
    try {
      throw error;
    } catch (...) {
      rethrow_with_memory_advice({}, "; checkpoint-5 is kept");
    }
  };
  const auto allocator = error_of<MachineError>(
      [&] { thrown(std::runtime_error("CPUAllocator: can't allocate memory: 99 bytes\nstack")); });
  EXPECT_NE(allocator.find("99 bytes); try --gradient_checkpointing"), std::string::npos) << allocator;
  EXPECT_NE(allocator.find("checkpoint-5 is kept"), std::string::npos) << allocator;
  EXPECT_NE(error_of<MachineError>([&] { thrown(std::bad_alloc()); }).find("--optimizer adamw8bit"),
            std::string::npos);
  EXPECT_EQ(error_of<std::runtime_error>([&] { thrown(std::runtime_error("another")); }), "another");
  EXPECT_EQ(error_of<UsageError>([&] { thrown(UsageError("memory")); }), "memory");
}

}  // namespace
}  // namespace big
