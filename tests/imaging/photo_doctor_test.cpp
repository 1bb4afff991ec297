#include "big/imaging/photo_doctor.h"

#include <gtest/gtest.h>

#include "big/imaging/photo_sheet.h"
#include "big/imaging/read_image.h"
#include "big/imaging/resize.h"
#include "drawn_photos.h"
#include "edge_blur.h"
#include "perceptual_hash.h"
#include "photo_thresholds.h"
#include "plane.h"

namespace big {
namespace {

constexpr int kSide = 128;

DrawnPhoto small_photo(uint32_t number) {
  return {.subject = 3, .pose = number, .background = number, .view = number, .noise = number, .width = 192, .height = 144};
}

/// Pictures and what the doctor is told of them.
struct Patients {
  std::vector<Image> pictures;
  std::vector<ExaminedPhoto> photos;

  explicit Patients(const std::vector<Image>& originals) {
    for (const Image& original : originals) pictures.push_back(resize_short_side(original, kSide));
    for (size_t i = 0; i < originals.size(); ++i) {
      const std::string name(1, static_cast<char>('a' + i));
      photos.push_back({"photos/" + name + ".jpg", originals[i].width, originals[i].height, &pictures[i]});
    }
  }
  std::vector<PhotoFinding> findings() const { return examine_photos(photos, kSide); }
};

/// "blurred: a.jpg" of each finding.
std::vector<std::string> found(const std::vector<Image>& originals) {
  std::vector<std::string> lines;
  for (const auto& finding : Patients(originals).findings()) {
    std::string line = to_string(finding.fault) + ":";
    for (const auto& photo : finding.photos) line += " " + photo.filename().string();
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(PhotoDoctor, GoodPhotosAreLeftAlone) {
  EXPECT_EQ(found({draw_photo(small_photo(1)), draw_photo(small_photo(2)), draw_photo(small_photo(3))}), Lines());
  EXPECT_EQ(found({}), Lines());
}

TEST(PhotoDoctor, SeesEachFaultOnItsOwn) {
  const Image good = draw_photo(small_photo(1)), other = draw_photo(small_photo(7));
  EXPECT_EQ(found({good, other, good}), Lines{"exact_duplicate: a.jpg c.jpg"});
  EXPECT_EQ(found({good, take_again(good, {.zoom = 1.04, .light = 0.9}), other}), Lines{"near_duplicate: a.jpg b.jpg"});
  EXPECT_EQ(found({good, mirror(good)}), Lines{"near_duplicate: a.jpg b.jpg"});
  EXPECT_EQ(found({good, defocus(other, 4)}), Lines{"blurred: b.jpg"});
  EXPECT_EQ(found({motion_blur(good, 14, 0), other}), Lines{"blurred: a.jpg"});
  EXPECT_EQ(found({resize_short_side(good, 100)}), Lines{"too_small: a.jpg"});
  EXPECT_EQ(found({resize_short_side(center_crop(draw_photo({}), 480, 200), 144)}), Lines{"wide_crop: a.jpg"});
  EXPECT_EQ(found({center_crop(draw_photo({}), 200, 360)}), Lines{"wide_crop: a.jpg"});
}

TEST(PhotoDoctor, SeesDarknessAndDoesNotCallItBlur) {
  DrawnPhoto dark = small_photo(1);
  dark.stops = -4;
  EXPECT_EQ(found({draw_photo(dark)}), Lines{"too_dark: a.jpg"});
  EXPECT_EQ(found({Image(192, 144, 0)}), Lines{"too_dark: a.jpg"});
  EXPECT_EQ(found({Image(192, 144, 200)}), Lines{"blurred: a.jpg"}) << "nothing is to be seen in it";
}

TEST(PhotoDoctor, CallsNothingBlurredThatIsTooSmallToTell) {
  const Image tiny(kSmallestForBlur - 8, kSmallestForBlur - 8, 200), small(kSmallestForBlur, kSmallestForBlur, 200);
  const ExaminedPhoto photo{"a.jpg", 2000, 2000, &tiny}, other{"b.jpg", 2000, 2000, &small};
  EXPECT_TRUE(examine_photos(std::span(&photo, 1), tiny.width).empty());
  EXPECT_EQ(examine_photos(std::span(&other, 1), small.width).size(), 1u);
}

TEST(PhotoDoctor, SeesOneBackgroundBehindManyPoses) {
  std::vector<Image> photos;
  for (uint32_t i = 0; i < 4; ++i) {
    DrawnPhoto photo = small_photo(i + 1);
    photo.background = 9;
    photos.push_back(draw_photo(photo));
  }
  EXPECT_EQ(found(photos), Lines{"same_background: a.jpg b.jpg c.jpg d.jpg"});
  photos.resize(2);
  EXPECT_EQ(found(photos), Lines()) << "two may be taken in one place";
  photos.push_back(draw_photo(small_photo(7)));
  EXPECT_EQ(found(photos), Lines()) << "two of three";
}

TEST(PhotoDoctor, SaysWhatWhyAndWhatToDo) {
  const Patients patients({resize_short_side(draw_photo(small_photo(1)), 100)});
  EXPECT_EQ(text_of(patients.findings().at(0)),
            "a.jpg: 133x100 is under the 128 pixels to be learned at and will be enlarged; use the photo as the camera "
            "wrote it, or a lower --resolution");
}

TEST(EdgeBlur, TellsTheSmearOfEdgesWhateverTheirContrast) {
  Image step(200, 120, 100);
  for (int y = 0; y < step.height; ++y)
    for (int x = 100; x < step.width; ++x) std::fill_n(step.at(x, y), 3, uint8_t{160});
  for (const double sigma : {1.5, 2.5, 4.0}) {
    for (const float contrast : {1.0F, 2.5F}) {
      Plane plane = gaussian(brightness(step), sigma);
      for (float& value : plane.values) value = contrast * (value - 100);
      const auto blur = edge_blur(plane);
      ASSERT_TRUE(blur.has_value()) << sigma << ' ' << contrast;
      EXPECT_NEAR(*blur, sigma, 0.35) << contrast;
    }
  }
  EXPECT_FALSE(edge_blur(Plane(64, 64)).has_value());
}

TEST(PerceptualHash, FollowsTheLookAndNotTheNumbers) {
  const Image photo = draw_photo(small_photo(4)), other = draw_photo(small_photo(5));
  const uint64_t hash = perceptual_hash(photo);
  EXPECT_LE(hash_distance(hash, perceptual_hash(resize(photo, 500, 300))), 4);
  EXPECT_LE(hash_distance(hash, perceptual_hash(take_again(photo, {.light = 0.7}))), 4);
  EXPECT_GE(hash_distance(hash, perceptual_hash(other)), 14);
  EXPECT_EQ(hash_distance(0, ~0ULL), 64);
}

TEST(PhotoSheet, ShowsTheMiddleThatIsLearnedWithNamesAndFaultsBelow) {
  // Green at both ends, which are not learned.
  Image photo(256, 128, 90);
  for (int y = 0; y < 128; ++y)
    for (int x = 0; x < 256; ++x)
      if (x < 60 || x >= 196) photo.at(x, y)[1] = 255;
  const Patients patients({photo, photo, photo, photo});
  const auto findings = patients.findings();
  const Image sheet = photo_sheet(patients.photos, findings, kSide, SheetView::kMiddle);
  const auto greens = [](const Image& image) {
    int count = 0;
    for (size_t i = 0; i < image.pixels.size(); i += 3) count += image.pixels[i + 1] > image.pixels[i] + 100;
    return count;
  };
  EXPECT_GE(sheet.width, 2 * 256);
  EXPECT_GT(sheet.height, 2 * 256) << "names take room";
  EXPECT_EQ(greens(sheet), 0);
  EXPECT_GT(greens(photo_sheet(patients.photos, findings, kSide, SheetView::kWhole)), 1000);
  EXPECT_GT(sheet.height, photo_sheet(patients.photos, {}, kSide, SheetView::kMiddle).height) << "so do faults";
}

TEST(PhotoSheet, HoldsManyPhotosInASizeThatCanBeLookedAt) {
  const Image picture = resize_short_side(draw_photo(small_photo(1)), kSide);
  const std::vector<ExaminedPhoto> photos(kMostOnSheet + 50, {"a.jpg", 192, 144, &picture});
  const Image sheet = photo_sheet(photos, {}, kSide, SheetView::kMiddle);
  EXPECT_LT(sheet.width, 4000);
  EXPECT_LT(sheet.height, 4000);
}

}  // namespace
}  // namespace big
