#include "big/pipeline/text_to_image.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <csignal>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "references.h"

namespace big {
namespace {

class TextToImage : public testing::Test {
 protected:
  TextToImage() : model_(load_model(test::references("starter") / "model")) {
    options_.prompt = "a cat";
    options_.num_images = 3;
    options_.num_inference_steps = 2;
    options_.batch_size = 2;
  }

  std::string usage_error() {
    try {
      generate(model_, options_, [](int64_t, Image) {});
    } catch (const UsageError& error) {
      return error.what();
    }
    return "no error";
  }

  StableDiffusion model_;
  GenerateOptions options_;
};

TEST_F(TextToImage, EveryPictureIsHandedOverInOrderInTheNativeSize) {
  std::vector<int64_t> order;
  generate(model_, options_, [&](int64_t i, Image image) {
    order.push_back(i);
    EXPECT_EQ(image.width, model_.native_size());
    EXPECT_EQ(image.height, model_.native_size());
  });
  EXPECT_EQ(order, (std::vector<int64_t>{0, 1, 2}));
}

TEST_F(TextToImage, ProgressCountsTheStepsOfAllPictures) {
  std::vector<int64_t> done;
  generate(
      model_, options_, [](int64_t, Image) {},
      [&](const Progress& progress) {
        EXPECT_EQ(progress.total, 6);
        done.push_back(progress.done);
      });
  EXPECT_EQ(done, (std::vector<int64_t>{2, 4, 5, 6}));
}

TEST_F(TextToImage, PreviewsComeOnTheWayAndChangeNothing) {
  options_.num_inference_steps = 5;
  const auto pictures = [&](const ImageFn& on_preview) {
    std::vector<Image> drawn;
    generate(model_, options_, [&](int64_t, Image image) { drawn.push_back(std::move(image)); }, {}, on_preview);
    return drawn;
  };
  const auto plain = pictures([](int64_t, Image) { ADD_FAILURE() << "nobody asked for previews"; });
  std::vector<int64_t> order;
  std::vector<Image> previews;
  options_.preview_every = 2;
  const auto watched = pictures([&](int64_t i, Image image) {
    order.push_back(i);
    previews.push_back(std::move(image));
  });
  EXPECT_EQ(watched, plain);
  // A batch of two, then one: after two steps and after four.
  ASSERT_EQ(order, (std::vector<int64_t>{0, 1, 0, 1, 2, 2}));
  const auto distance = [](const Image& a, const Image& b) {
    double sum = 0;
    for (size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
    return sum;
  };
  EXPECT_EQ(previews[0].width, model_.native_size());
  EXPECT_GT(distance(previews[0], plain[0]), distance(previews[2], plain[0]));
  EXPECT_GT(distance(previews[2], plain[0]), 0);
}

TEST_F(TextToImage, PhiloxDrawsFromOtherNumbersThatASeedAloneDecides) {
  const auto last_picture = [&](const std::string& rng, int64_t pictures, uint64_t seed) {
    options_.rng = rng;
    options_.num_images = pictures;
    options_.seed = seed;
    Image last;
    generate(model_, options_, [&](int64_t, Image image) { last = std::move(image); });
    return last;
  };
  const auto alone = last_picture("philox", 1, 7);
  EXPECT_NE(alone, last_picture("cpu", 1, 7));
  EXPECT_EQ(alone, last_picture("philox", 3, 5));  // the third is drawn in a batch of its own
  options_.rng = "gpu";
  EXPECT_EQ(usage_error(), "rng is \"gpu\", expected cpu or philox");
}

TEST_F(TextToImage, SizesThatDoNotFitNameTheNearestTwo) {
  options_.height = 70;
  EXPECT_EQ(usage_error(), "height is 70, expected a multiple of 4: 68 or 72");
  options_.height = 0;
  options_.width = 3;
  EXPECT_EQ(usage_error(), "width is 3, expected a multiple of 4: 4");
  options_.width = -8;
  EXPECT_EQ(usage_error(), "width is -8, expected a multiple of 4: 4");
}

TEST_F(TextToImage, WidthAndHeightAreNotMixedUp) {
  options_.num_images = 1;
  options_.height = 32;
  options_.width = 48;
  generate(model_, options_, [&](int64_t, Image image) {
    EXPECT_EQ(image.height, 32);
    EXPECT_EQ(image.width, 48);
  });
}

TEST_F(TextToImage, ImpossibleOptionsAreUsageErrors) {
  const auto refused = [&](auto change, const std::string& word) {
    const auto before = options_;
    change(options_);
    EXPECT_NE(usage_error().find(word), std::string::npos) << usage_error();
    options_ = before;
  };
  refused([](auto& o) { o.num_images = 0; }, "num_images");
  refused([](auto& o) { o.batch_size = 0; }, "batch_size");
  refused([](auto& o) { o.num_inference_steps = 0; }, "num_inference_steps");
  refused([](auto& o) { o.num_inference_steps = 1001; }, "num_inference_steps");
  refused([](auto& o) { o.guidance_scale = std::nan(""); }, "guidance_scale");
  refused([](auto& o) { o.scheduler = "Hoon"; }, "scheduler");
  refused([](auto& o) { o.preview_every = -1; }, "preview_every");
  refused([](auto& o) { o.prompt_syntax = "rich"; }, "prompt_syntax is 'rich', expected webui or plain");
  refused([](auto& o) { o.clip_skip = 3; }, "clip_skip is 3, expected 1 (the last layer) to 2");
  refused([](auto& o) { o.clip_skip = -1; }, "clip_skip is -1");
}

TEST_F(TextToImage, ALongPlainPromptWarnsWithTheWordsThatAreCut) {
  options_.num_images = 1;
  options_.prompt = "a cat";
  for (int i = 0; i < 40; ++i) options_.prompt += " in a house";
  options_.prompt += " zebra";
  const auto log_of = [&](const std::string& syntax) {
    options_.prompt_syntax = syntax;
    testing::internal::CaptureStderr();
    generate(model_, options_, [](int64_t, Image) {});
    return testing::internal::GetCapturedStderr();
  };
  const auto log = log_of("plain");
  EXPECT_NE(log.find("prompt is longer"), std::string::npos) << log;
  EXPECT_NE(log.find("zebra"), std::string::npos) << log;
  EXPECT_EQ(log_of("webui").find("longer"), std::string::npos) << "nothing is cut";
}

TEST_F(TextToImage, ASignalStopsBetweenSteps) {
  int pictures = 0;
  const auto stop = [&](int64_t, Image) {
    ++pictures;
    set_pending_signal(SIGINT);
  };
  options_.batch_size = 1;
  EXPECT_THROW(generate(model_, options_, stop), Interrupted);
  set_pending_signal(0);
  EXPECT_EQ(pictures, 1);
}

TEST_F(TextToImage, TheModelCanBeTrainedAfterItHasDrawn) {
  options_.num_images = 1;
  generate(model_, options_, [](int64_t, Image) {});
  for (auto& parameter : model_.unet->parameters()) parameter.requires_grad_(true);
  const auto context = encode_prompts(model_, {"a cat"}).context;
  const auto x = torch::randn({1, 4, 16, 16});
  model_.unet->forward(x, torch::tensor({500}), context).square().mean().backward();
  for (const auto& entry : model_.unet->named_parameters())
    EXPECT_TRUE(entry.second.grad().defined()) << entry.first;
}

TEST_F(TextToImage, APictureThatOverflowsInHalfPrecisionIsDecodedAgain) {
  const LoadOptions half{torch::kCPU, torch::kFloat16};
  auto model = load_model(model_.folder, half);
  const torch::NoGradGuard no_grad;
  // Ten thousand times the usual signal before the last norm: beyond 65504 in fp16, harmless in fp32.
  model.vae->parameter("decoder.conv_in.weight").mul_(10000);
  options_.num_images = 1;
  testing::internal::CaptureStderr();
  generate(model, options_, [](int64_t, Image image) {
    const auto bytes = torch::tensor(image.pixels, torch::kUInt8).to(torch::kFloat32);
    EXPECT_GT(bytes.std().item<double>(), 5.0);
  });
  EXPECT_NE(testing::internal::GetCapturedStderr().find("fp32"), std::string::npos);
  EXPECT_EQ(model.vae->parameters().front().scalar_type(), torch::kFloat16);
}

}  // namespace
}  // namespace big
