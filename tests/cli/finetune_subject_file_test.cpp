#include <gtest/gtest.h>

#include "big/core/json.h"
#include "cli/run_tool.h"

namespace big {
namespace {

class FinetuneSubjectFile : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    write_file(here_.path() / "subjects.toml", text);
    return (here_.path() / "subjects.toml").string();
  }
  ToolRun run(const std::string& tool, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--models_dir", (here_.path() / "models").string(), "--user", "anna"});
    return run_tool(tool, arguments, {here_.path(), {}});
  }
  /// What is said of a file that cannot be taught. Nothing may have been taught by then.
  std::string refusal(const std::string& text, int code) {
    const ToolRun refused = run("finetune", {"--subject_file", write(text), "--max_train_steps", "1"});
    EXPECT_EQ(refused.code, code) << refused.err;
    EXPECT_EQ(refused.out, "");
    EXPECT_FALSE(std::filesystem::exists(here_.path() / "models/registry.json"));
    return refused.err;
  }

  const std::string photos_ = (source_dir() / "examples/drawn").string();
  TempDir here_;
};

TEST_F(FinetuneSubjectFile, TeachesEachWithItsOwnSettings) {
  const std::string first = "[[subject]]\npath_to_instance_images = '" + photos_ + "'\ncategory = 'cat'\nidentifier = 'qkz'\n";
  const std::string second = "[[subject]]\npath_to_instance_images = '" + photos_ +
                             "'\ncategory = 'toy'\nmax_train_steps = 2\ntarget_model = 'private_meta'\n";
  const ToolRun taught = run("finetune", {"--subject_file", write(first + second), "--max_train_steps", "1",
                                          "--prior_loss_weight", "0", "--gate", "off", "--threads", "1", "--json"});
  ASSERT_EQ(taught.code, 0) << taught.err;
  const Json subjects = Json::parse(taught.out)["subjects"];
  ASSERT_EQ(subjects.size(), 2U);
  EXPECT_EQ(subjects[0]["identifier"], "qkz");
  EXPECT_EQ(subjects[0]["steps"], 1);
  EXPECT_EQ(subjects[0]["target_model"], "private");
  EXPECT_EQ(subjects[1]["category"], "toy");
  EXPECT_EQ(subjects[1]["steps"], 2);
  EXPECT_EQ(subjects[1]["target_model"], "private_meta");

  const Json known = Json::parse(run("list_identifiers", {"--json"}).out);
  EXPECT_EQ(known["private"], Json({{"qkz", "cat"}}));
  EXPECT_EQ(known["private_meta"].size(), 1U);
  const Json record = Json::parse(read_file(here_.path() / "models/users/anna/qkz/run.json"));
  EXPECT_NE(record.dump().find("--category=cat"), std::string::npos) << record.dump();
}

TEST_F(FinetuneSubjectFile, NothingIsTaughtBeforeAllCanBe) {
  const std::string good = "[[subject]]\npath_to_instance_images = '" + photos_ + "'\ncategory = 'cat'\n";
  const auto holds = [](const std::string& text, const std::string& part) {
    return text.find(part) == std::string::npos
               ? testing::AssertionFailure() << "'" << text << "' does not hold '" << part << "'"
               : testing::AssertionSuccess();
  };
  EXPECT_TRUE(holds(refusal(good + "[[subject]]\npath_to_instance_images = 'nowhere'\ncategory = 'dog'\n", 3),
                    "subjects.toml:4: "));
  EXPECT_TRUE(holds(refusal(good + "[[subject]]\ncategory = 'dog'\n", 3), "holds no 'path_to_instance_images'"));
  EXPECT_TRUE(holds(refusal(good + "user = 'bob'\n", 2), "'user' counts for the whole run"));
  EXPECT_TRUE(holds(refusal(good + "catgory = 'dog'\n", 2), "did you mean 'category'?"));
  EXPECT_TRUE(holds(refusal(good + "identifier = 'qkz'\n" + good + "identifier = 'qkz'\n", 2),
                    "identifier 'qkz' is another subject's"));
  EXPECT_TRUE(holds(refusal(good + "pretrained_model = 'none'\n", 3), "subjects.toml:1: "));
}

TEST_F(FinetuneSubjectFile, FlagsOfOneSubjectDoNotGoWithIt) {
  const ToolRun refused = run("finetune", {"--subject_file", write("[[subject]]\n"), "--category", "cat"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.err, "error: --subject_file says what each subject is: leave --category out\n");
}

TEST_F(FinetuneSubjectFile, AFailureSaysWhatWasTaughtBeforeIt) {
  const std::string good = "[[subject]]\npath_to_instance_images = '" + photos_ + "'\ncategory = 'cat'\n";
  std::filesystem::create_directory(here_.path() / "empty");
  const ToolRun failed =
      run("finetune", {"--subject_file", write(good + "[[subject]]\npath_to_instance_images = 'empty'\ncategory = 'dog'\n"),
                       "--max_train_steps", "1", "--prior_loss_weight", "0", "--threads", "1", "--quiet"});
  EXPECT_EQ(failed.code, 3);
  EXPECT_NE(failed.err.find("subjects.toml:4: "), std::string::npos) << failed.err;
  EXPECT_NE(failed.err.find("(subjects taught before it, which stay: 1)"), std::string::npos) << failed.err;
  EXPECT_EQ(Json::parse(run("list_identifiers", {"--json"}).out)["private"].size(), 1U);
}

}  // namespace
}  // namespace big
