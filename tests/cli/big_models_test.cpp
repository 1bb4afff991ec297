#include <gtest/gtest.h>

#include "big/core/json.h"
#include "cli/run_tool.h"

namespace big {
namespace {

namespace fs = std::filesystem;

fs::path reference(const std::string& file) {
  return fs::path(std::getenv("BIG_TEST_BINARY_DIR")) / "references" / "sd1" / file;
}

class BigModels : public testing::Test {
 protected:
  ToolRun run(std::vector<std::string> arguments) {
    arguments.push_back("--quiet");
    return run_tool("big_models", arguments, {here_.path(), {}});
  }
  Json json_of(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const ToolRun done = run(arguments);
    EXPECT_EQ(done.code, 0) << done.out << done.err;
    return Json::parse(done.out);
  }
  std::string failure(const std::vector<std::string>& arguments, int code) {
    const ToolRun failed = run(arguments);
    EXPECT_EQ(failed.code, code) << failed.out << failed.err;
    EXPECT_EQ(failed.out, "");
    return failed.err;
  }
  TempDir here_;
};

TEST_F(BigModels, InspectsAWholeModel) {
  const Json facts = json_of({"inspect", reference("single.safetensors").string()});
  EXPECT_EQ(facts["kind"], "model");
  EXPECT_EQ(facts["prediction_type"], "epsilon");
  EXPECT_EQ(facts["parts"].size(), 3u);
  EXPECT_GT(facts["parts"]["unet"]["parameters"], 100000);
  EXPECT_EQ(facts["parts"]["vae"]["dtypes"].size(), 1u);
  EXPECT_EQ(facts["extra"], Json::array());
  const std::string sha256 = facts["hashes"]["sha256"];
  EXPECT_EQ(facts["hashes"]["autov2"], sha256.substr(0, 10));
  EXPECT_EQ(facts["hashes"]["autov3"].get<std::string>().size(), 12u);
  const ToolRun text = run({"inspect", reference("single.safetensors").string()});
  EXPECT_NE(text.out.find("unet: "), std::string::npos) << text.out;
  EXPECT_NE(text.out.find(sha256), std::string::npos) << text.out;
  EXPECT_EQ(json_of({"inspect", "starter"})["parts"].size(), 3u);
}

TEST_F(BigModels, InspectsALora) {
  const Json facts = json_of({"inspect", reference("lora.safetensors").string()});
  EXPECT_EQ(facts["kind"], "lora");
  EXPECT_EQ(facts["lora"],
            Json::parse(R"({"naming":"kohya","modules":2,"ranks":{"4":1,"8":1},"alphas":{"2":1}})"));
  EXPECT_EQ(facts["trigger_words"], (Json{"sks dog", "1girl", "red"}));
  EXPECT_NE(run({"inspect", reference("lora.safetensors").string()}).out.find("rank 4 x1, 8 x1; alpha 2 x1"),
            std::string::npos);
}

TEST_F(BigModels, ConvertsThereAndBack) {
  const Json there = json_of({"convert", reference("single.ckpt").string(), "folder", "--dtype", "fp32"});
  EXPECT_EQ(there["out"], "folder");
  EXPECT_GT(there["dropped"].size(), 3u);
  EXPECT_TRUE(fs::exists(here_.path() / "folder/tokenizer/vocab.json"));
  const Json back =
      json_of({"convert", "folder", "single.safetensors", "--to", "single_file", "--dtype", "fp16"});
  EXPECT_EQ(back["dropped"], Json::array());
  EXPECT_EQ(json_of({"inspect", "single.safetensors"})["parts"]["unet"]["dtypes"].begin().key(), "fp16");
  EXPECT_EQ(json_of({"verify", "single.safetensors"})["ok"], true);
  const ToolRun drawn =
      run_tool("generate",
               {"--prompt", "a house", "--target_model", "pretrained", "--pretrained_model",
                "./single.safetensors", "--num_images", "1", "--num_inference_steps", "1", "--json"},
               {here_.path(), {}});
  EXPECT_EQ(drawn.code, 0) << drawn.out << drawn.err;
}

TEST_F(BigModels, LeftOutTensorsAreNamedOrKept) {
  const ToolRun lost = run({"convert", reference("single.ckpt").string(), "a"});
  EXPECT_NE(lost.out.find("Left out (--keep_extra keeps them): betas, model_ema."), std::string::npos)
      << lost.out;
  EXPECT_EQ(json_of({"convert", reference("single.ckpt").string(), "b", "--keep_extra"})["dropped"],
            Json::array());
  EXPECT_TRUE(fs::exists(here_.path() / "b/single_file_extra.safetensors"));
}

TEST_F(BigModels, ErrorsSayWhatIsWrong) {
  EXPECT_NE(failure({}, 2).find("say what to do"), std::string::npos);
  EXPECT_NE(failure({"inspect"}, 2).find("say with which model"), std::string::npos);
  EXPECT_NE(failure({"inspect", "nowhere"}, 3).find("there is no such file or folder"), std::string::npos);
  EXPECT_NE(failure({"verify", reference("single.ckpt").string(), "out"}, 2).find("writes nothing"),
            std::string::npos);
  EXPECT_NE(failure({"convert", reference("single.ckpt").string()}, 2).find("say where to write"),
            std::string::npos);
  write_file(here_.path() / "there", "x");
  EXPECT_NE(failure({"convert", reference("single.ckpt").string(), "there"}, 2).find("is there already"),
            std::string::npos);
  EXPECT_NE(failure({"verify", "there"}, 3).find("but a text"), std::string::npos);
  EXPECT_NE(
      failure({"verify", reference("single_plain.safetensors").string()}, 3).find("single_plain.safetensors"),
      std::string::npos);
  EXPECT_NE(failure({"verify", reference("pickles/unknown.pt").string()}, 3).find("'somewhere.Unknown'"),
            std::string::npos);
  EXPECT_NE(failure({"convert", "starter", "a.safetensors", "--to", "single_file"}, 3).find("is not CLIP's"),
            std::string::npos);
  EXPECT_NE(
      failure({"verify", reference("nan.safetensors").string()}, 3).find("not finite: first_stage_model."),
      std::string::npos);
  for (const auto& entry : fs::directory_iterator(here_.path())) EXPECT_EQ(entry.path().filename(), "there");
}

TEST_F(BigModels, PutsALoraIntoAModelAndTakesItOutAgain) {
  const std::string base = reference("model").string(), lora = reference("lora/kohya.safetensors").string();
  EXPECT_EQ(json_of({"merge", base, lora + ":0.5", "merged"})["out"], "merged");
  EXPECT_EQ(json_of({"inspect", "merged"})["kind"], "model");
  const Json exact = json_of({"extract", base, "merged", "out.safetensors", "--rank", "4"});
  EXPECT_LT(exact["error"], 0.001) << "the LoRA had rank 4, fp32 rounds";
  EXPECT_GT(exact["layers"], 100);
  const Json facts = json_of({"inspect", "out.safetensors"});
  EXPECT_EQ(facts["kind"], "lora");
  EXPECT_EQ(facts["lora"]["modules"], exact["layers"]);
  const Json less = json_of({"extract", base, "merged", "less.safetensors", "--rank", "2"});
  EXPECT_GT(less["error"], 0.1);
  EXPECT_LT(less["error"], 1);
  // As one file, and what was extracted put back again.
  json_of({"merge", base, "out.safetensors", "one.safetensors"});
  EXPECT_EQ(json_of({"inspect", "one.safetensors"})["kind"], "model");
  EXPECT_LT(json_of({"extract", "merged", "one.safetensors", "rest.safetensors"})["error"], 1);
}

TEST_F(BigModels, SaysWhichPathsExtractAndMergeTake) {
  const std::string base = reference("model").string();
  EXPECT_NE(failure({"extract", base, "out.safetensors"}, 2).find("BASE TUNED OUT"), std::string::npos);
  EXPECT_NE(failure({"merge", base, "out"}, 2).find("BASE LORA... OUT"), std::string::npos);
  EXPECT_NE(failure({"verify", base, "a", "b"}, 2).find("one path too many"), std::string::npos);
  EXPECT_NE(failure({"merge", base, "missing.safetensors", "out"}, 3).find("missing.safetensors"), std::string::npos);
  EXPECT_NE(failure({"extract", base, base, "out.safetensors"}, 3).find("nothing to extract"), std::string::npos);
}

}  // namespace
}  // namespace big
