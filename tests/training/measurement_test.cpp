#include "big/training/measurement.h"

#include <gtest/gtest.h>

#include <cmath>

#include "big/core/error.h"
#include "support/error_of.h"

namespace big {
namespace {

constexpr Quarters kOnes = {1, 1, 1, 1};

Measurement measured(int64_t step, double score) {
  Measurement found;
  found.step = step;
  found.score = score;
  found.photos = {{"a.png", false, kOnes}};
  return found;
}

TEST(Measurement, IsJudgedByThePhotosHeldOutWhereThereAreSome) {
  Measurement found = measured(3, 1);
  found.photos = {{"a.png", false, {1, 2, 3, 4}}, {"b.png", false, {3, 4, 5, 6}}};
  EXPECT_EQ(judged_errors(found), (Quarters{2, 3, 4, 5}));
  found.photos.push_back({"c.png", true, {9, 9, 9, 8}});
  EXPECT_EQ(judged_errors(found), (Quarters{9, 9, 9, 8}));
}

TEST(Measurement, ItsScoreIsRelativeToTheFirstAndEveryQuarterCountsAlike) {
  Measurement first = measured(0, 7), now = measured(5, 7);
  first.photos[0].errors = {1, 10, 100, 1000};
  now.photos[0].errors = {0.5, 10, 100, 500};
  set_score(first, {});
  EXPECT_EQ(first.score, 1);
  set_score(now, {first});
  EXPECT_NEAR(now.score, std::pow(0.25, 0.25), 1e-12) << "two quarters halved";
  EXPECT_FALSE(now.drift);
}

TEST(Measurement, AClassThatIsForgottenCostsAndOneThatIsNotGainsNothing) {
  Measurement first = measured(0, 1), worse = measured(5, 1), better = measured(5, 1);
  first.of_class = kOnes;
  worse.of_class = {1.5, 1.5, 1.5, 1.5};
  better.of_class = {0.5, 0.5, 0.5, 0.5};
  set_score(worse, {first});
  EXPECT_NEAR(*worse.drift, 0.5, 1e-12);
  EXPECT_NEAR(worse.score, 1.5, 1e-12);
  set_score(better, {first});
  EXPECT_NEAR(*better.drift, -0.5, 1e-12);
  EXPECT_NEAR(better.score, 1, 1e-12);
}

TEST(Measurement, TheBestIsTheEarliestLowestAfterTheFirstUpdate) {
  EXPECT_FALSE(best_of({measured(0, 1)}));
  const std::vector<Measurement> history = {measured(0, 0.1), measured(2, 0.9), measured(4, 0.7), measured(6, 0.7),
                                            measured(8, 0.8)};
  EXPECT_EQ(best_of(history), 2u);
  EXPECT_EQ(measurements_since_best(history), 2);
  EXPECT_EQ(measurements_since_best({measured(0, 1)}), 0);
}

TEST(Measurement, IsReadAsItWasWritten) {
  Measurement found = measured(4, 0.1 + 0.2);
  found.photos = {{"ä \"1\".png", true, {0.1, 1.0 / 3, 1e-30, 4}}, {"b.png", false, kOnes}};
  const auto again = [&] { return measurement_of(Json::parse(to_json(found).dump()), "line 1"); };
  EXPECT_EQ(to_json(again()), to_json(found));
  EXPECT_FALSE(again().of_class);
  found.of_class = {1, 2, 3, 1.0 / 3};
  found.drift = -0.25;
  EXPECT_EQ(to_json(again()), to_json(found));
  EXPECT_EQ(again().score, found.score);

  Json broken = Json::parse(to_json(found).dump());
  broken["photos"][0]["errors"] = {1, 2};
  EXPECT_NE(error_of<InputError>([&] { measurement_of(broken, "line 1"); }).find("line 1, photo: 'errors' has 2"),
            std::string::npos);
  broken["photos"] = Json::array();
  EXPECT_THROW(measurement_of(broken, "line 1"), InputError);
}

}  // namespace
}  // namespace big
