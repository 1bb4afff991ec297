// Broken models and files given to the real tools: the exit code, the message, and nothing written.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>

#include "big/core/json.h"
#include "cli/run_tool.h"
#include "support/link_tree.h"

namespace big {
namespace {

namespace fs = std::filesystem;

const std::string kUnet = "unet/diffusion_pytorch_model.safetensors";
const std::string kVae = "vae/diffusion_pytorch_model.safetensors";

/// The starter in links, of which a test replaces files.
class BadFiles : public testing::Test {
 protected:
  BadFiles() : model_(models_.path() / "base") { link_tree(source_dir() / "models/starter", model_); }

  void put(const std::string& file, const std::string& bytes) {
    fs::remove(model_ / file);
    write_file(model_ / file, bytes);
  }

  /// 4 TiB of nothing, one tensor of fp32: a file with a hole. False where the file system holds none.
  bool put_hole(const std::string& file) {
    const uint64_t values = uint64_t{1} << 40, bytes = values * 4;
    const std::string header =
        Json({{"huge", {{"dtype", "F32"}, {"shape", {values}}, {"data_offsets", {0, bytes}}}}}).dump();
    const uint64_t length = header.size();
    put(file, std::string(reinterpret_cast<const char*>(&length), sizeof length) + header);
    return ::truncate((model_ / file).c_str(), static_cast<off_t>(sizeof length + length + bytes)) == 0;
  }

  ToolRun draw(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"--prompt",
                                          "a cat",
                                          "--target_model",
                                          "pretrained",
                                          "--pretrained_model",
                                          "base",
                                          "--num_images",
                                          "1",
                                          "--num_inference_steps",
                                          "1",
                                          "--threads",
                                          "1",
                                          "--models_dir",
                                          models_.path().string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_tool("generate", arguments, {here_.path(), {}});
  }

  void expect_refused(const ToolRun& run, int code, const std::vector<std::string>& words) {
    EXPECT_EQ(run.code, code) << run.err;
    for (const auto& word : words)
      EXPECT_NE(run.err.find(word), std::string::npos) << word << " in: " << run.err;
    EXPECT_EQ(run.out, "");
    for (const auto& entry : fs::recursive_directory_iterator(here_.path()))
      EXPECT_TRUE(entry.is_directory()) << entry.path() << " was written";
  }

  TempDir models_, here_;
  fs::path model_;
};

TEST_F(BadFiles, APointerThatGitLfsLeftIsNamed) {
  put(kUnet, "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 21000000\n");
  expect_refused(draw(), 3, {kUnet, "Git LFS pointer"});
  const ToolRun json = draw({"--json"});
  EXPECT_EQ(json.code, 3);
  EXPECT_EQ(Json::parse(json.out)["error"]["kind"], "file");
}

TEST_F(BadFiles, APipeIsNotWaitedFor) {
  fs::remove(model_ / "unet/config.json");
  ASSERT_EQ(::mkfifo((model_ / "unet/config.json").c_str(), 0600), 0);
  expect_refused(draw(), 3, {"unet/config.json", "no regular file"});
  ASSERT_EQ(::mkfifo((models_.path() / "registry.json").c_str(), 0600), 0);
  const ToolRun list =
      run_tool("list_identifiers", {"--models_dir", models_.path().string()}, {here_.path(), {}});
  expect_refused(list, 3, {"registry.json", "no regular file"});
}

TEST_F(BadFiles, WeightsThatAreNoNumbersDrawNoBlackPicture) {
  std::string bytes = read_file(source_dir() / "models/starter" / kVae);
  uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, bytes.data(), sizeof header_bytes);
  const Json header = Json::parse(bytes.substr(sizeof header_bytes, header_bytes));
  const auto begin = header["decoder.conv_out.bias"]["data_offsets"][0].get<size_t>();
  const uint32_t nan = 0x7FC00000;
  std::memcpy(bytes.data() + sizeof header_bytes + header_bytes + begin, &nan, sizeof nan);
  put(kVae, bytes);
  expect_refused(draw(), 3, {"vae: 'decoder.conv_out.bias'", "no finite numbers"});
}

TEST_F(BadFiles, AModelLargerThanMemoryIsRefusedWithNumbers) {
  if (!put_hole("text_encoder/model.safetensors")) GTEST_SKIP() << "this file system holds no file of 4 TiB";
  expect_refused(draw(), 6, {"memory: drawing with", "needs at least 4.0 TiB", "are free"});
  const std::string photos = (source_dir() / "examples/drawn").string();
  const ToolRun taught =
      run_tool("finetune",
               {photos, "--category", "cat", "--pretrained_model", "base", "--models_dir", models_.path().string()},
               {here_.path(), {}});
  expect_refused(taught, 6, {"memory: training needs about 4.0 TiB", "are free"});
  const ToolRun suggested =
      run_tool("finetune", {"--suggest", "3", "--pretrained_model", "base", "--models_dir", models_.path().string()},
               {here_.path(), {}});
  expect_refused(suggested, 6, {"memory: choosing an identifier", "4.0 TiB", "--identifier"});
  const auto convert = [&](const std::string& dtype) {
    return run_tool("big_models", {"convert", model_.string(), "out", "--dtype", dtype}, {here_.path(), {}});
  };
  expect_refused(convert("fp16"), 6, {"memory: converting 'text_model.huge' alone needs 2.0 TiB", "are free"});
  expect_refused(convert("auto"), 6, {"disk: out will take 4.0 TiB", "are free"});
}

TEST_F(BadFiles, ALinkThatLeadsToItselfIsCalledSo) {
  fs::create_symlink("loop", models_.path() / "loop");
  const std::string loop = (models_.path() / "loop").string(), place = models_.path().string();
  const ToolPlace here{here_.path(), {}};
  const std::string words = "leads back to itself";
  expect_refused(run_tool("big_models", {"verify", loop}, here), 3, {loop, words});
  expect_refused(draw({"--lora", loop}), 3, {loop, words});
  expect_refused(run_tool("finetune", {loop, "--category", "cat", "--models_dir", place}, here), 3, {loop, words});
  fs::remove(model_ / kUnet);
  fs::create_symlink(fs::path(kUnet).filename(), model_ / kUnet);
  expect_refused(draw(), 3, {kUnet, "symbolic links"});
  fs::remove_all(model_);
  fs::create_symlink("base", model_);
  expect_refused(draw(), 3, {model_.string(), words});
}

TEST_F(BadFiles, AFolderAndAFileWithoutPermissionAreNamed) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  put(kUnet, "x");
  ASSERT_EQ(::chmod((model_ / kUnet).c_str(), 0), 0);
  expect_refused(draw(), 3, {kUnet, "Permission denied"});
}

}  // namespace
}  // namespace big
