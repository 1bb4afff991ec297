// How often the photo doctor sees a fault that is there, and how often one that is not: 20 made faults of each kind,
// 50 good photos. docs/training.md has the figures.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <set>

#include "big/imaging/photo_doctor.h"
#include "big/imaging/picture_file.h"
#include "big/imaging/read_image.h"
#include "big/imaging/resize.h"
#include "drawn_photos.h"
#include "support/temp_dir.h"

namespace big {
namespace {

constexpr int kResolution = 320;
constexpr uint32_t kFaults = 20, kSetSize = 5, kGoodSets = 10;
constexpr double kLeastRecall = 0.9, kMostFalseAlarms = 0.1;

using Photos = std::vector<Image>;

/// Photos as finetune gives them to the doctor: through a JPEG file, then reduced.
std::vector<PhotoFinding> examined(const Photos& photos) {
  static const TempDir dir;
  Photos reduced;
  std::vector<ExaminedPhoto> list;
  for (size_t i = 0; i < photos.size(); ++i) {
    const auto file = dir.path() / (std::to_string(i) + ".jpg");
    write_picture(file, photos[i], {PictureFormat::kJpeg, 92});
    reduced.push_back(resize_short_side(read_image(file), kResolution));
    list.push_back({file.filename(), photos[i].width, photos[i].height, nullptr});
  }
  for (size_t i = 0; i < list.size(); ++i) list[i].picture = &reduced[i];
  return examine_photos(list, kResolution);
}

/// The numbers of the photos in which a fault was found.
std::set<int> photos_with(const std::vector<PhotoFinding>& findings, PhotoFault fault) {
  std::set<int> found;
  for (const auto& finding : findings)
    if (finding.fault == fault)
      for (const auto& photo : finding.photos) found.insert(std::stoi(photo.stem().string()));
  return found;
}

/// Photo i of a good set: another pose, and another place; in every other set three of five are taken in one place.
DrawnPhoto good_photo(uint32_t set, uint32_t i) {
  const uint32_t number = 100 * set + i + 1;
  const uint32_t place = set % 2 == 0 || i > 2 ? number : 100 * set + 1;
  // Between a stop and a half too dark and a stop too bright, with little grain and much.
  const double stops = 0.5 * static_cast<double>(number * 7 % 6) - 1.5;
  return {.subject = set + 1, .pose = number, .background = place, .view = number, .noise = number,
          .stops = stops, .grain = 2.0 + number % 8};
}

Photos good_set(uint32_t set) {
  Photos photos;
  for (uint32_t i = 0; i < kSetSize; ++i) photos.push_back(draw_photo(good_photo(set, i)));
  return photos;
}

double share(uint32_t i) { return static_cast<double>(i) / (kFaults - 1); }

Image second_take(const Image& photo, uint32_t i) {
  const double much = 0.3 + 0.7 * share(i), sign = i % 2 == 0 ? 1 : -1;
  switch (i % 5) {
    case 0: return add_grain(take_again(photo, {.light = 1 + 0.2 * much}), 4, i);
    case 1: return take_again(photo, {.turn = sign * 0.06 * much});
    case 2: return take_again(photo, {.zoom = 1 + 0.1 * much, .light = 1 - 0.15 * much});
    case 3: return take_again(photo, {.shift_x = sign * 0.04 * much, .shift_y = 0.03 * much});
    default: return mirror(resize(resize(photo, photo.width / 2, photo.height / 2), photo.width, photo.height));
  }
}

Image blurred(const Image& photo, uint32_t i) {
  const double angle = 0.7 * i;
  const Image out = i % 3 == 0   ? defocus(photo, 2 + 4 * share(i))
                    : i % 3 == 1 ? disc_blur(photo, 4 + 6 * share(i))
                                 : motion_blur(photo, 8 + 14 * share(i), angle);
  return add_grain(out, 3, i);
}

/// The measured kinds: what is drawn for fault number i, and which photos of it have the fault.
struct Case {
  std::function<Photos(uint32_t)> draw;
  std::set<int> faulty;
};

const std::map<PhotoFault, Case>& cases() {
  static const std::map<PhotoFault, Case> all = {
      {PhotoFault::kExactDuplicate, {[](uint32_t i) {
         const Image photo = draw_photo(good_photo(20 + i, 0));
         return Photos{photo, photo};
       }, {0, 1}}},
      {PhotoFault::kNearDuplicate, {[](uint32_t i) {
         const Image photo = draw_photo(good_photo(20 + i, 0));
         return Photos{photo, second_take(photo, i)};
       }, {0, 1}}},
      {PhotoFault::kBlurred, {[](uint32_t i) { return Photos{blurred(draw_photo(good_photo(20 + i, 0)), i)}; }, {0}}},
      {PhotoFault::kTooDark, {[](uint32_t i) {
         DrawnPhoto photo = good_photo(20 + i, 0);
         photo.stops = -2.75 - 2 * share(i);
         return Photos{draw_photo(photo)};
       }, {0}}},
      {PhotoFault::kTooSmall, {[](uint32_t i) {
         return Photos{resize_short_side(draw_photo(good_photo(20 + i, 0)), kResolution / 2 + static_cast<int>(i) * 8)};
       }, {0}}},
      {PhotoFault::kWideCrop, {[](uint32_t i) {
         const Image photo = draw_photo(good_photo(20 + i, 0));
         const int narrow = static_cast<int>(photo.height / (1.35 + share(i)));
         const Image wide = center_crop(photo, photo.width, narrow);
         return Photos{i % 2 == 0 ? wide : center_crop(photo, photo.height * photo.height / 640, photo.height)};
       }, {0}}},
      {PhotoFault::kSameBackground, {[](uint32_t i) {
         Photos photos;
         for (uint32_t k = 0; k < kSetSize; ++k) {
           DrawnPhoto photo = good_photo(20 + i, k);
           photo.background = 5000 + i;
           photo.stops = 0.2 * (static_cast<double>(k) - 2);
           photos.push_back(draw_photo(photo));
         }
         return photos;
       }, {0, 1, 2, 3, 4}}},
  };
  return all;
}

/// Faults that were seen, in the photos that have them: most of a set is enough, as one finding names it.
double recall(PhotoFault fault) {
  const Case& of_kind = cases().at(fault);
  uint32_t seen = 0;
  for (uint32_t i = 0; i < kFaults; ++i) {
    const auto found = photos_with(examined(of_kind.draw(i)), fault);
    const bool all = fault == PhotoFault::kSameBackground ? !found.empty() : found == of_kind.faulty;
    seen += all;
    if (!all) std::printf("  missed: %s %u\n", to_string(fault).c_str(), i);
  }
  return static_cast<double>(seen) / kFaults;
}

TEST(PhotoDoctorMeasured, SeesNineOfTenFaultsAndOneOfTenGoodPhotosAtMost) {
  std::map<PhotoFault, int> alarms;
  for (uint32_t set = 0; set < kGoodSets; ++set) {
    const auto findings = examined(good_set(set));
    for (const auto& [fault, of_kind] : cases()) alarms[fault] += static_cast<int>(photos_with(findings, fault).size());
    for (const auto& finding : findings) std::printf("  good set %u: %s\n", set, text_of(finding).c_str());
  }
  std::printf("%-16s  recall  false alarms\n", "fault");
  for (const auto& [fault, of_kind] : cases()) {
    const double seen = recall(fault), wrong = alarms[fault] / static_cast<double>(kGoodSets * kSetSize);
    std::printf("%-16s  %4.2f    %4.2f\n", to_string(fault).c_str(), seen, wrong);
    EXPECT_GE(seen, kLeastRecall) << to_string(fault);
    EXPECT_LE(wrong, kMostFalseAlarms) << to_string(fault);
  }
}

}  // namespace
}  // namespace big
