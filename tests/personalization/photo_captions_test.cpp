#include "photo_captions.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "models_folder.h"
#include "photo_masks.h"
#include "photo_set.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

TEST(Captions, ComeFromTheFileBesideThePhotoElseFromMetadata) {
  const TempDir dir;
  for (const char* name : {"a.png", "b.png", "c.png"}) write_png(dir.path() / name, drawn_picture(64, 64));
  write_text(dir.path() / "a.txt", " on a  red\n sofa \n");
  write_text(dir.path() / "metadata.jsonl",
             "{\"file_name\": \"a.png\", \"text\": \"passed over\"}\n\n"
             "{\"file_name\": \"b.png\", \"text\": \"in snow\", \"repeats\": 3}\n");
  const PhotoSet set = read_photos(dir.path(), 64);
  ASSERT_EQ(set.notes.size(), 3u);
  EXPECT_EQ(set.notes[0].caption, "on a red sofa");
  EXPECT_EQ(set.notes[1].caption, "in snow");
  EXPECT_EQ(set.notes[1].repeats, 3);
  EXPECT_EQ(set.notes[2].caption, "");
  EXPECT_EQ(set.notes[2].repeats, 1);
  for (const auto& skipped : set.skipped)
    EXPECT_NE(skipped.reason.find("caption"), std::string::npos) << skipped.path << ": " << skipped.reason;
}

TEST(Captions, ThatAreBrokenNameTheLine) {
  const TempDir dir;
  write_text(dir.path() / "metadata.jsonl", "{\"file_name\": \"a.png\", \"text\": \"x\"}\n{\"text\": \"y\"}\n");
  const auto message = error_of<InputError>([&] { read_photo_notes(dir.path()); });
  EXPECT_NE(message.find("metadata.jsonl:2: 'file_name' is missing"), std::string::npos) << message;
  write_text(dir.path() / "metadata.jsonl", "{\"file_name\": \"a.png\", \"repeats\": 0}\n");
  const auto repeats = error_of<InputError>([&] { read_photo_notes(dir.path()); });
  EXPECT_NE(repeats.find("metadata.jsonl:1: 'repeats' is 0, expected 1 to 1000"), std::string::npos) << repeats;
}

TEST(Masks, LieBesideThePhotoAndAreNoPhotos) {
  const TempDir dir;
  write_png(dir.path() / "a.png", drawn_picture(128, 64));
  write_png(dir.path() / "b.png", drawn_picture(64, 64));
  Image mask(64, 32);
  for (int y = 0; y < 32; ++y)
    for (int x = 0; x < 32; ++x) std::fill_n(mask.at(x, y), 3, uint8_t{255});
  write_png(dir.path() / "a.mask.png", mask);
  PhotoSet set = read_photos(dir.path(), 64);
  ASSERT_EQ(set.photos.size(), 2u);
  const size_t warnings = set.warnings.size();
  add_masks(set);
  EXPECT_EQ(set.images[0].mask.width, 128);
  EXPECT_EQ(set.images[0].mask.height, 64);
  EXPECT_EQ(set.images[0].mask.at(20, 30)[0], 255);
  EXPECT_EQ(set.images[0].mask.at(100, 30)[0], 0);
  EXPECT_TRUE(set.images[1].mask.pixels.empty());
  ASSERT_EQ(set.warnings.size(), warnings + 1);
  EXPECT_NE(set.warnings.back().find("b.mask.png"), std::string::npos) << set.warnings.back();
}

TEST(Masks, OfAnotherShapeAreRefused) {
  const TempDir dir;
  write_png(dir.path() / "a.png", drawn_picture(128, 64));
  write_png(dir.path() / "a.mask.png", Image(64, 64));
  PhotoSet set = read_photos(dir.path(), 64);
  EXPECT_NE(error_of<InputError>([&] { add_masks(set); }).find("expected the shape of its photo"),
            std::string::npos);
}

}  // namespace
}  // namespace big
