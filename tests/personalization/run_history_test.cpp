#include "run_history.h"

#include <gtest/gtest.h>

#include <sstream>

#include "big/core/read_file.h"
#include "big/training/training_state.h"
#include "models_folder.h"
#include "run.h"
#include "run_files.h"
#include "support/temp_dir.h"

namespace big {
namespace fs = std::filesystem;
namespace {

class History : public testing::Test {
 protected:
  History() {
    run.options.models_dir = dir_.path();
    run.options.user = "anna";
    run.options.category = "<b>cat</b>";
    run.options.command = "finetune '<script>'";
    run.options.train.max_train_steps = 4;
    run.claim.identifier = "sks";
    run.settings = {{"flags", {{"seed", 7}, {"note", "<img src=x>"}}}, {"photos", Json::object()}};
    fs::create_directories(model());
    for (size_t i = 0; i < 3; ++i) {
      run.photos.photos.push_back({fs::path("<i>" + std::to_string(i) + ".png"), 64, 64});
      run.photos.images.emplace_back(drawn_picture(64, 64, static_cast<int>(i)));
      run.photos.notes.push_back({i == 1 ? "a \"<u>\" & \xff" : "", 1});
    }
    run.photos.skipped.push_back({"<s>.txt", "is <no> picture"});
    run.photos.findings.push_back({PhotoFault::kBlurred, {run.photos.photos[0].path}, "is <very> blurred", "leave it"});
  }
  fs::path model() const { return dir_.path() / "model"; }
  Measurement measured(int64_t step, double error) const {
    Measurement found;
    found.step = step;
    for (const auto& photo : run.photos.photos)
      found.photos.push_back({photo.path.filename().string(), false, {error, error, error, error}});
    found.of_class = {1, 1, 1, 1};
    found.score = error;
    found.drift = 0;
    return found;
  }
  static std::vector<int64_t> steps_in(const fs::path& file) {
    std::vector<int64_t> steps;
    std::istringstream lines(read_file(file, 1 << 20));
    for (std::string line; std::getline(lines, line);) steps.push_back(measurement_of(parse_json(line, "line"), "line").step);
    return steps;
  }
  RunEnd success() const { return {"", model(), 4, {}}; }
  big::Run run;  // gtest has a Run of its own

 private:
  TempDir dir_;
};

TEST_F(History, IsALineAMeasurementAndMovesBesideTheModel) {
  RunHistory history(run);
  history.begin({});
  const fs::path lines = run_file(run, ".history.jsonl");
  EXPECT_FALSE(fs::exists(lines));
  history.add(measured(0, 1));
  history.add(measured(2, 0.9));
  EXPECT_EQ(steps_in(lines), (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(history.succeeded(success()), model() / "report.html");
  EXPECT_FALSE(fs::exists(lines));
  EXPECT_EQ(steps_in(model() / "history.jsonl"), (std::vector<int64_t>{0, 2}));
  EXPECT_FALSE(fs::exists(model() / "tensorboard"));
}

TEST_F(History, OfARunThatGoesOnHasNothingOfWhatIsDoneAgain) {
  RunHistory first(run);
  first.begin({});
  for (const int64_t step : {0, 2, 4}) first.add(measured(step, 1));
  first.failed("the lamp went out");

  TrainingState state;
  state.step = 3;
  state.losses = {0.5, 0.4, 0.3};
  state.measurements = {measured(0, 1), measured(2, 0.9)};
  RunHistory second(run);
  second.begin(state);
  EXPECT_EQ(steps_in(run_file(run, ".history.jsonl")), (std::vector<int64_t>{0, 2}));
  second.add_update(4, 0.2);
  second.add(measured(4, 0.8));
  EXPECT_EQ(second.losses(), (std::vector<double>{0.5, 0.4, 0.3, 0.2}));
  second.succeeded(success());
  EXPECT_EQ(steps_in(model() / "history.jsonl"), (std::vector<int64_t>{0, 2, 4}));
  EXPECT_FALSE(fs::exists(run_file(run, ".report.html"))) << "of the run that failed";
}

TEST_F(History, IsForTensorBoardWhereThatIsAskedFor) {
  run.options.tensorboard = true;
  RunHistory history(run);
  history.begin({});
  history.add_update(1, 0.5);
  history.add(measured(1, 0.9));
  history.succeeded(success());
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(model() / "tensorboard")) files.push_back(entry.path());
  ASSERT_EQ(files.size(), 1u);
  EXPECT_NE(files[0].filename().string().find("tfevents"), std::string::npos);
  const std::string bytes = read_file(files[0], 1 << 20);
  for (const std::string tag : {"loss/training", "error/1_little_noise", "error/4_much_noise", "validation/class_drift",
                                "validation/score"}) {
    EXPECT_NE(bytes.find(tag), std::string::npos) << tag;
  }
}

TEST_F(History, AReportHoldsNoMarkupOfOthersAndReachesForNothing) {
  RunHistory history(run);
  history.begin({});
  history.add_update(1, 0.5);
  history.add(measured(0, 1));
  history.add(measured(2, 0.9));
  history.failed("<script>alert(1)</script> went out");
  const std::string page = read_file(run_file(run, ".report.html"), 4 << 20);
  for (const std::string raw : {"<script", "<img src=x", "<i>0.png", "<b>cat", "<no>", "<very>", "<u>", "<s>.txt", "http://", "https://", "\xff"})
    EXPECT_EQ(page.find(raw), std::string::npos) << raw;
  for (const std::string shown :
       {"Failed: &lt;script&gt;alert(1)", "finetune &#39;&lt;script&gt;&#39; --identifier=sks --overwrite",
        "&lt;i&gt;2.png", "is &lt;very&gt; blurred", "skipped &lt;s&gt;.txt: is &lt;no&gt; picture", "&lt;img src=x&gt;",
        "sks: &lt;b&gt;cat&lt;/b&gt;", "data:image/jpeg;base64,", "Training loss", "Error of the taught photos",
        "Drift of the class", ">1.000 → 0.900<", ">-10.0 %<"}) {
    EXPECT_NE(page.find(shown), std::string::npos) << shown;
  }
}

TEST_F(History, AReportNamesThePhotoThatHurts) {
  run.photos.photos.push_back({"odd.png", 64, 64});
  run.photos.images.emplace_back(drawn_picture(64, 64, 9));
  run.photos.notes.emplace_back();
  RunHistory history(run);
  history.begin({});
  history.add(measured(0, 1));
  auto last = measured(4, 0.7);
  last.photos[3].errors = {1.1, 1.1, 1.1, 1.1};
  history.add(last);
  history.succeeded(success());
  const std::string page = read_file(model() / "report.html", 4 << 20);
  EXPECT_NE(page.find("photo 4 (odd.png) hurts: its error changed by 10.0 %"), std::string::npos);
  EXPECT_EQ(page.find("photo 1 ("), std::string::npos);
}

TEST_F(History, WithoutMeasurementsSaysHowToHaveThem) {
  RunHistory history(run);
  history.begin({});
  history.succeeded(success());
  const std::string page = read_file(model() / "report.html", 4 << 20);
  EXPECT_NE(page.find("--validation_steps 50"), std::string::npos);
  EXPECT_FALSE(fs::exists(model() / "history.jsonl"));
}

TEST_F(History, FilesOfFailedRunsAreASubjectsOwn) {
  RunHistory history(run);
  history.begin({});
  history.add(measured(0, 1));
  history.failed("why");
  write_text(run_file(run, "2.log"), "another subject's");
  remove_run_files(run.options.models_dir, run.options.target, "anna", "sks");
  EXPECT_FALSE(fs::exists(run_file(run, ".history.jsonl")));
  EXPECT_FALSE(fs::exists(run_file(run, ".report.html")));
  EXPECT_TRUE(fs::exists(run_file(run, "2.log")));
  remove_run_files(run.options.models_dir, run.options.target, "anna", "");
  EXPECT_FALSE(fs::exists(run_file(run, "2.log")));
}

}  // namespace
}  // namespace big
