// Embeddings of every kind of file; their pictures are compared with diffusers' in lora_parity_test.cpp.
#include "big/pipeline/textual_inversion.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <fstream>

#include "big/core/error.h"
#include "references.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kWidth = 32;  // of the reference model's text encoder

TEST(FindVectors, EveryKindOfFile) {
  const auto vectors = torch::randn({3, 4}), others = torch::randn({3, 6});
  const auto first = [&](const NamedTensors& tensors) { return find_vectors(tensors, "x").first; };
  EXPECT_TRUE(torch::equal(first({{"emb_params", vectors}}), vectors));
  EXPECT_TRUE(torch::equal(first({{"string_to_param.*", vectors}, {"string_to_token.*", torch::tensor(265)}}),
                           vectors));
  EXPECT_TRUE(torch::equal(first({{"clip_l", vectors}, {"clip_g", others}}), vectors));
  EXPECT_TRUE(torch::equal(find_vectors({{"clip_l", vectors}, {"clip_g", others}}, "x").second, others));
  const auto named = find_vectors({{"<cat-toy>", vectors[0]}}, "x");
  EXPECT_EQ(named.token, "<cat-toy>");
  EXPECT_EQ(named.first.sizes(), (std::vector<int64_t>{1, 4}));
}

TEST(FindVectors, OtherFilesAreRefused) {
  const auto error = [](const NamedTensors& tensors) {
    return error_of<InputError>([&] { find_vectors(tensors, "file"); });
  };
  EXPECT_NE(error({}).find("file: no embedding in it"), std::string::npos);
  EXPECT_NE(error({{"a", torch::ones({2})}, {"b", torch::ones({2})}}).find("found 2 tensors: a, b"),
            std::string::npos);
  EXPECT_NE(error({{"emb_params", torch::ones({2, 2, 2})}}).find("expected floating-point vectors"),
            std::string::npos);
  EXPECT_NE(error({{"emb_params", torch::ones({2, 2}, torch::kInt32)}}).find("expected floating-point"),
            std::string::npos);
  EXPECT_NE(error({{"emb_params", torch::full({1, 2}, NAN)}}).find("not finite"), std::string::npos);
  EXPECT_NE(
      error({{"clip_l", torch::ones({2, 4})}, {"clip_g", torch::ones({3, 4})}}).find("expected as many"),
      std::string::npos);
}

class TextualInversionTest : public testing::Test {
 protected:
  TextualInversionTest() : model_(load_model(test::references("sd1") / "model")) {}
  fs::path write(const std::string& name, const NamedTensors& tensors) {
    write_safetensors(temp_.path() / name, tensors);
    return temp_.path() / name;
  }

  TempDir temp_;
  StableDiffusion model_;
};

TEST_F(TextualInversionTest, ItsVectorsStandForTheWord) {
  const auto plain = model_.tokenizer;
  const auto table = [&] {
    return model_.text_encoder->parameter("text_model.embeddings.token_embedding.weight");
  };
  const int64_t before = table().size(0);
  const auto vectors = torch::randn({2, kWidth});
  const auto file = write("style.safetensors", {{"emb_params", vectors}});
  const auto applied =
      apply_embeddings(model_, {{file, ""}, {write("toy.safetensors", {{"<toy>", vectors[0]}}), "robot"}});
  EXPECT_EQ(applied[0].name, "style");
  EXPECT_EQ(applied[0].vectors, 2);
  EXPECT_EQ(applied[0].hash.size(), 64u);
  EXPECT_EQ(applied[1].name, "robot");
  EXPECT_EQ(table().size(0), before + 3);
  EXPECT_TRUE(torch::equal(table().slice(0, before, before + 2), vectors));

  auto expected = plain->encode("a");
  for (const int64_t id : {before, before + 1}) expected.push_back(id);
  for (const int64_t id : plain->encode("cat, a")) expected.push_back(id);
  expected.push_back(before + 2);
  EXPECT_EQ(model_.tokenizer->encode("a style cat, a ROBOT"), expected);
  EXPECT_EQ(model_.tokenizer->encode("<toy>"), plain->encode("<toy>")) << "it was given another name";
  EXPECT_TRUE(encode_prompts(model_, {"a style"}).context.isfinite().all().item<bool>());
}

TEST_F(TextualInversionTest, ThePicklesOfTheWebUisAreReadToo) {
  const auto folder = test::references("sd1") / "embeddings";
  const auto applied =
      apply_embeddings(model_, {{folder / "pickled.pt", ""}, {folder / "flurfy.safetensors", ""}});
  EXPECT_EQ(applied[0].name, "pickled");
  const auto table = model_.text_encoder->parameter("text_model.embeddings.token_embedding.weight");
  EXPECT_EQ(applied[0].vectors, 3);
  EXPECT_TRUE(torch::equal(table.slice(0, 49408, 49411), table.slice(0, 49411, 49414))) << "the same vectors";
}

TEST_F(TextualInversionTest, TheTokenOfTheFileIsItsName) {
  const auto applied =
      apply_embeddings(model_, {{write("x.safetensors", {{"<toy>", torch::ones({kWidth})}}), ""}});
  EXPECT_EQ(applied[0].name, "<toy>");
}

TEST_F(TextualInversionTest, VectorsOfAnotherWidthAreRefused) {
  const auto message = error_of<InputError>([&] {
    apply_embeddings(model_, {{write("x.safetensors", {{"emb_params", torch::ones({1, 768})}}), ""}});
  });
  EXPECT_NE(message.find("width 768, expected 32"), std::string::npos) << message;
  const auto sdxl = test::references("sd1") / "embeddings" / "sdxl.safetensors";
  EXPECT_NE(error_of<InputError>([&] {
              apply_embeddings(model_, {{sdxl, ""}});
            }).find("SDXL"),
            std::string::npos);
}

TEST_F(TextualInversionTest, OneBadFileLeavesTheModelAsItWas) {
  const auto good = write("good.safetensors", {{"emb_params", torch::ones({1, kWidth})}});
  const auto bad = write("bad.safetensors", {{"emb_params", torch::ones({1, 8})}});
  const auto tokenizer = model_.tokenizer;
  EXPECT_THROW(apply_embeddings(model_, {{good, ""}, {bad, ""}}), InputError);
  EXPECT_EQ(model_.tokenizer, tokenizer);
  EXPECT_EQ(model_.text_encoder->parameter("text_model.embeddings.token_embedding.weight").size(0),
            49408);
}

TEST_F(TextualInversionTest, TwoOfOneNameAreRefused) {
  const auto file = write("x.safetensors", {{"emb_params", torch::ones({1, kWidth})}});
  EXPECT_THROW(apply_embeddings(model_, {{file, ""}, {file, "x"}}), UsageError);
}

TEST_F(TextualInversionTest, WhatCannotBeReadIsSaid) {
  const auto say = [&](const fs::path& path) {
    return error_of<InputError>([&] { apply_embeddings(model_, {{path, ""}}); });
  };
  EXPECT_NE(say(temp_.path() / "nowhere").find("there is no such embedding"), std::string::npos);
  std::ofstream(temp_.path() / "x.pt") << "neither a pickle nor tensors";
  EXPECT_NE(say(temp_.path() / "x.pt").find("x.pt"), std::string::npos);
}

}  // namespace
}  // namespace big
