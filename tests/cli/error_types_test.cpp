// Every error type of the library, met through the real tools: as text and as JSON.
#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <thread>

#include "big/core/file_lock.h"
#include "big/core/json.h"
#include "cli/taught_models.h"

namespace big {
namespace {

/// A command that fails, and how.
struct Failure {
  int code;
  std::string kind, message;  ///< the message holds this
  std::function<ToolRun(const std::vector<std::string>& more)> run;
};

using Arguments = std::vector<std::string>;

Arguments with(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

ToolRun busy(const Arguments& more) {
  TempDir models;
  const auto lock = FileLock::try_acquire(models.path() / "locks/writer-meta.lock");
  const std::string photos = (source_dir() / "examples/drawn").string();
  return run_tool("finetune", with({photos, "--category", "cat", "--target_model", "meta", "--no_wait",
                                    "--models_dir", models.path().string(), "--user", "anna"},
                                   more));
}

/// A metamodel's new version that learned nothing.
ToolRun gate(const Arguments& more) {
  const TempDir models;
  const std::string photos = (source_dir() / "examples/drawn").string();
  return run_tool("finetune", with({photos, "--category", "cat", "--target_model", "meta", "--gate", "strict",
                                    "--learning_rate", "0", "--max_train_steps", "1", "--num_class_images", "1",
                                    "--models_dir", models.path().string(), "--user", "anna"},
                                   more));
}

/// Interrupted once the first picture is there.
ToolRun interrupted(const Arguments& more) {
  TempDir dir;
  RunningTool tool("generate", with({"--prompt", "a cat", "--target_model", "pretrained", "--num_images",
                                     "1000", "--output_dir", dir.path().string()},
                                    more));
  const auto drawn = [&] {
    for (const auto& file : std::filesystem::recursive_directory_iterator(dir.path())) {
      if (file.path().filename() == "generation-0.png") return true;
    }
    return false;
  };
  for (int i = 0; i < 6000 && !drawn(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  tool.send(SIGTERM);
  ToolRun run = tool.finish();
  EXPECT_TRUE(drawn()) << "finished pictures survive";
  return run;
}

std::map<std::string, Failure> failures() {
  return {
      {"UsageError",
       {2, "usage", "did you mean '--all_users'?",
        [](const Arguments& more) { return run_tool("list_identifiers", with({"--all_user"}, more)); }}},
      {"InputError",
       {3, "file", "no.toml: no such configuration file",
        [](const Arguments& more) {
          return run_tool("list_identifiers", with({"--config", "no.toml"}, more));
        }}},
      {"BusyError", {4, "busy", "--no_wait", busy}},
      {"GateError", {5, "gate", "NOT LEARNED", gate}},
      {"MachineError",
       {6, "machine", "cuda",
        [](const Arguments& more) {
          return run_tool(
              "generate",
              with({"--prompt", "a cat", "--target_model", "pretrained", "--device", "cuda:99"}, more));
        }}},
      {"Interrupted", {128 + SIGTERM, "interrupted", "pictures were finished", interrupted}},
  };
}

/// The types with an exit code of their own, in all public headers.
std::set<std::string> error_types() {
  const std::regex type(R"(class (\w+)[^{;]*: public Error\b)");
  std::set<std::string> names;
  for (const auto& file : std::filesystem::recursive_directory_iterator(source_dir() / "include")) {
    if (file.path().extension() != ".h") continue;
    const std::string header = read_file(file.path());
    for (std::sregex_iterator it(header.begin(), header.end(), type), end; it != end; ++it)
      names.insert((*it)[1]);
  }
  return names;
}

TEST(ErrorTypes, EachHasATestHere) {
  std::set<std::string> tested;
  for (const auto& [name, failure] : failures()) tested.insert(name);
  EXPECT_GE(error_types().size(), 6u);
  EXPECT_EQ(error_types(), tested);
}

TEST(ErrorTypes, AsTextTheMessageIsOnStderr) {
  for (const auto& [name, failure] : failures()) {
    SCOPED_TRACE(name);
    const ToolRun run = failure.run({"--quiet"});
    EXPECT_EQ(run.code, failure.code);
    EXPECT_EQ(run.out, "");
    EXPECT_EQ(run.err.find("error: "), 0u) << run.err;
    EXPECT_NE(run.err.find(failure.message), std::string::npos) << run.err;
    EXPECT_EQ(run.err.find('\n'), run.err.size() - 1) << run.err;
  }
}

TEST(ErrorTypes, AsJsonItIsOneObjectOnStdout) {
  for (const auto& [name, failure] : failures()) {
    SCOPED_TRACE(name);
    const ToolRun run = failure.run({"--json"});
    EXPECT_EQ(run.code, failure.code);
    const Json json = Json::parse(run.out, nullptr, false);
    ASSERT_TRUE(json.is_object() && json.size() == 1) << run.out;
    EXPECT_EQ(json["error"]["code"], failure.code);
    EXPECT_EQ(json["error"]["kind"], failure.kind);
    EXPECT_NE(json["error"]["message"].get<std::string>().find(failure.message), std::string::npos)
        << run.out;
  }
}

}  // namespace
}  // namespace big
