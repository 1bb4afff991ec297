// What reminds a metamodel of its subjects, in real runs on the starter.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "big/core/error.h"
#include "big/core/json.h"
#include "big/core/read_file.h"
#include "big/registry/version_note.h"
#include "quick_finetune.h"

namespace big {
namespace {

namespace fs = std::filesystem;

class ReplayOfMetamodel : public QuickFinetune {
 protected:
  ReplayOfMetamodel() {
    options.target = TargetModel::kMeta;
    options.train.max_train_steps = 10;
    options.train.train_batch_size = 2;  // 20 prior rows
  }
  FinetuneResult teach(const std::string& category) {
    ++taught_;
    options.photos = make_photos(folder() / std::to_string(taught_), 3, taught_);
    options.category = category;
    return finetune(options, {}, [&](const Progress& step) { stages_.insert(step.stage); });
  }
  std::vector<ReplayedSubject> ledger() const {
    return metamodel_versions(registry(), models(), TargetModel::kMeta, options.user).back().note->replayed;
  }
  std::vector<int64_t> rows() const {
    std::vector<int64_t> rows;
    for (const auto& entry : ledger()) rows.push_back(entry.rows);
    return rows;
  }
  /// In the files that a run leaves.
  static void expect_losses_by_kind(const FinetuneResult& result) {
    const Json record = read_json(result.model_path / "run.json").at("losses_by_kind");
    const std::map<std::string, int64_t> expected = {
        {"subject", 20}, {"replay", 9}, {"class", 9}, {"empty prompt", 2}};
    EXPECT_EQ(record.size(), expected.size());
    for (const auto& [kind, rows] : expected) {
      EXPECT_EQ(record.at(kind).at("rows"), rows) << kind;
      EXPECT_GT(record.at(kind).at("mean"), 0.0);
    }
    const std::string log = read_file(result.model_path / "train.log", 1 << 20);
    EXPECT_NE(log.find("mean loss by kind: class "), std::string::npos) << log;
  }
  std::set<std::string> stages_;  ///< of the runs' progress

 private:
  int taught_ = 0;
};

TEST_F(ReplayOfMetamodel, EachVersionSaysWhatItWasRemindedOf) {
  const auto first = teach("cat");
  EXPECT_EQ(rows(), std::vector<int64_t>{0});
  const auto second = teach("dog");
  EXPECT_EQ(rows(), (std::vector<int64_t>{9, 0})) << "9 of 20 rows";
  expect_losses_by_kind(second);
  const auto third = teach("cat");
  const auto known = ledger();
  ASSERT_EQ(known.size(), 3u);
  EXPECT_EQ(known[0].identifier, first.identifier);
  EXPECT_EQ(known[1].identifier, second.identifier);
  EXPECT_EQ(known[2].identifier, third.identifier);
  EXPECT_EQ(known[0].rows + known[1].rows, 9) << "as many for two as for one";
  EXPECT_EQ(known[0].rows, 5) << "a cat too: 3 of 5 rows";
  EXPECT_EQ(known[0].total, 9 + known[0].rows);
  for (const auto& entry : known) EXPECT_EQ(entry.last, 3);
}

TEST_F(ReplayOfMetamodel, ARunShowsWhatWasShownLongestAgoAndLoadsNothingElse) {
  std::vector<std::string> words;
  options.train.train_batch_size = 1;
  options.train.max_train_steps = 2;  // one replayed row a run
  for (int i = 0; i < 4; ++i) {
    stages_.clear();
    words.push_back(teach("cat").identifier);
    int64_t encoded = 0;
    for (size_t j = 0; j + 1 < words.size(); ++j) encoded += stages_.count("encoding \"a " + words[j] + " cat\"");
    EXPECT_EQ(encoded, i == 0 ? 0 : 1);
    const auto replayed = rows();
    EXPECT_EQ(std::accumulate(replayed.begin(), replayed.end(), int64_t{0}), encoded);
  }
  // Version 2 showed the first two, 3 one of them and the third, 4 the other of them.
  const auto known = ledger();
  EXPECT_EQ(known[3].last, 4);
  EXPECT_EQ(std::count_if(known.begin(), known.end(), [](const auto& entry) { return entry.last == 4; }), 2);
  for (const auto& entry : known) EXPECT_GE(entry.last, 3) << entry.identifier;
}

TEST_F(ReplayOfMetamodel, OtherMixesCanBeAskedFor) {
  teach("cat");
  options.replay = "none";
  teach("dog");
  EXPECT_EQ(rows(), (std::vector<int64_t>{0, 0}));
  options.replay = "original";
  options.num_class_images = 12;  // a round: 6 rows of cars, 1 + 1 of cats and of dogs each
  teach("car");
  EXPECT_EQ(rows(), (std::vector<int64_t>{2, 2, 0}));
  options.replay = "sometimes";
  EXPECT_THROW(teach("car"), UsageError);
}

TEST_F(ReplayOfMetamodel, AStoppedRunGoesOnToTheSameBits) {
  teach("cat");
  const fs::path copy = folder() / "copy";
  fs::copy(models(), copy, fs::copy_options::recursive);
  options.photos = make_photos(folder() / "cars", 3, 2);
  options.category = "car";
  options.train.checkpointing_steps = 4;
  const auto stop = [](const Progress& step) {
    if (step.stage == "training" && step.done == 6) throw std::runtime_error("killed");
  };
  EXPECT_THROW(finetune(options, {}, stop), std::runtime_error);
  options.resume = "latest";
  const std::string resumed = weights_of(finetune(options).model_path);
  const auto replayed = rows();
  EXPECT_EQ(std::accumulate(replayed.begin(), replayed.end(), int64_t{0}), 9) << "of the whole run";

  options.resume.clear();
  options.models_dir = copy;
  EXPECT_EQ(weights_of(finetune(options).model_path), resumed);
  EXPECT_EQ(rows(), replayed);
}

}  // namespace
}  // namespace big
