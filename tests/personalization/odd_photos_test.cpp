#include "odd_photos.h"

#include <gtest/gtest.h>

#include <cmath>

namespace big {
namespace {

/// Photos whose errors all fell from 1 to what is given.
std::pair<Measurement, Measurement> fell_to(const std::vector<double>& after) {
  Measurement first, last;
  for (size_t i = 0; i < after.size(); ++i) {
    const std::string name = std::to_string(i) + ".png";
    first.photos.push_back({name, false, {1, 1, 1, 1}});
    last.photos.push_back({name, false, {after[i], after[i], after[i], after[i]}});
  }
  return {first, last};
}

std::vector<size_t> odd_of(const std::vector<PhotoChange>& changes) {
  std::vector<size_t> odd;
  for (size_t i = 0; i < changes.size(); ++i)
    if (changes[i].odd) odd.push_back(i);
  return odd;
}

TEST(OddPhotos, AreThoseThatFellFarLessThanTheOthers) {
  auto [first, last] = fell_to({0.8, 0.82, 0.99, 0.79, 0.81});
  const auto changes = photo_changes(first, last);
  EXPECT_EQ(odd_of(changes), (std::vector<size_t>{2}));
  EXPECT_NEAR(changes[0].change, -0.2, 1e-12);
  EXPECT_EQ(changes[0].before, 1);
  EXPECT_NEAR(changes[0].after, 0.8, 1e-12);
  last.photos[2].held_out = true;
  EXPECT_TRUE(odd_of(photo_changes(first, last)).empty()) << "it was not taught";
}

TEST(OddPhotos, AreNoneWhereAllAreAlikeScatteredOrFew) {
  const auto odd = [](const std::vector<double>& after) {
    const auto [first, last] = fell_to(after);
    return odd_of(photo_changes(first, last));
  };
  EXPECT_TRUE(odd({0.97, 0.97, 0.99, 0.97, 0.97}).empty()) << "little was learned of any";
  EXPECT_TRUE(odd({0.5, 0.6, 0.7, 0.8, 0.9}).empty()) << "scattered";
  EXPECT_TRUE(odd({0.5, 0.5, 1.5}).empty()) << "three have no usual";
  EXPECT_TRUE(odd({0.8, 0.82, 0.4, 0.79, 0.81}).empty()) << "learned better than the others";
}

TEST(OddPhotos, AreShownByNumbersThatAgreeWithTheirChange) {
  auto [first, last] = fell_to({0.8});
  first.photos[0].errors = {1, 1, 1, 16};
  last.photos[0].errors = {0.5, 0.5, 1, 20};
  const auto changes = photo_changes(first, last);
  EXPECT_NEAR(changes[0].before, 2, 1e-12);
  EXPECT_NEAR(changes[0].after / changes[0].before, 1 + changes[0].change, 1e-12);
  EXPECT_LT(changes[0].change, 0) << "though their mean rose";
}

TEST(OddPhotos, AreMatchedByName) {
  auto [first, last] = fell_to({0.8, 0.9});
  std::swap(last.photos[0], last.photos[1]);
  last.photos[0].name = "new.png";
  const auto changes = photo_changes(first, last);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].name, "0.png");
  EXPECT_NEAR(changes[0].change, -0.2, 1e-12);
}

}  // namespace
}  // namespace big
