#include "big/pipeline/folder_adapters.h"

#include <gtest/gtest.h>

#include <fstream>

#include "big/core/error.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

void write_text(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

TEST(FolderAdapters, AreReadAsTheyWereWritten) {
  const TempDir dir;
  EXPECT_TRUE(read_folder_adapters(dir.path()).empty());
  write_text(dir.path() / "lora.safetensors", "");
  write_text(dir.path() / "embeddings" / "sks.safetensors", "");
  const FolderAdapters adapters{dir.path() / "lora.safetensors",
                                {{"sks", dir.path() / "embeddings" / "sks.safetensors"}}};
  write_folder_adapters(dir.path(), adapters);
  const auto found = read_folder_adapters(dir.path());
  EXPECT_EQ(found.lora, adapters.lora);
  EXPECT_EQ(found.embeddings, adapters.embeddings);
  // The folder may be moved.
  const TempDir elsewhere;
  fs::rename(dir.path(), elsewhere.path() / "moved");
  EXPECT_EQ(read_folder_adapters(elsewhere.path() / "moved").lora, elsewhere.path() / "moved" / "lora.safetensors");
}

TEST(FolderAdapters, DamagedOnesAreRefused) {
  const TempDir dir;
  write_text(dir.path() / "there", "");
  const auto refusal = [&](const std::string& text) {
    write_text(dir.path() / "adapters.json", text);
    return error_of<InputError>([&] { read_folder_adapters(dir.path()); });
  };
  EXPECT_NE(refusal(R"({"lora": "../elsewhere"})").find("'../elsewhere', expected a file in this folder"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"lora": "/etc/passwd"})").find("expected a file in this folder"), std::string::npos);
  EXPECT_NE(refusal(R"({"lora": "gone"})").find("gone: is missing"), std::string::npos);
  EXPECT_NE(refusal(R"({"lora": 3})").find("'lora'"), std::string::npos);
  EXPECT_NE(refusal(R"({"embeddings": ["there"]})").find("'embeddings'"), std::string::npos);
  EXPECT_NE(refusal("[").find("adapters.json"), std::string::npos);
}

}  // namespace
}  // namespace big
