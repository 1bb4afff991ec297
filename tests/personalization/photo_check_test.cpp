#include "photo_check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "big/personalization/finetune.h"
#include "models_folder.h"
#include "support/temp_dir.h"

namespace big {
namespace fs = std::filesystem;
namespace {

class PhotoCheck : public testing::Test {
 protected:
  PhotoCheck() {
    options.photos = make_photos(dir_.path() / "my dog", 3);
    write_png(options.photos / "small.png", drawn_picture(50, 40, 5));
    options.models_dir = dir_.path() / "models";
    options.train.resolution = 64;
  }
  bool found(PhotoFault fault) const {
    return std::ranges::any_of(set.findings, [&](const auto& finding) { return finding.fault == fault; });
  }
  FinetuneOptions options;
  PhotoSet set;

 private:
  TempDir dir_;
};

TEST_F(PhotoCheck, FindsFaultsAndShowsWhatIsLearned) {
  set = read_photos(options.photos, 64);
  const fs::path sheet = check_photos(set, options);
  ASSERT_TRUE(found(PhotoFault::kTooSmall));
  const auto small = std::ranges::find(set.findings, PhotoFault::kTooSmall, &PhotoFinding::fault);
  EXPECT_EQ(small->photos, std::vector<fs::path>{options.photos / "small.png"});
  EXPECT_TRUE(found(PhotoFault::kSameBackground));
  EXPECT_EQ(sheet.parent_path(), options.models_dir / "cache" / "contact_sheets");
  EXPECT_EQ(sheet.filename().string().find("my-dog-"), 0u) << sheet;
  EXPECT_GE(read_image(sheet).width, 2 * 256);
  EXPECT_EQ(check_photos(set, options), sheet) << "one sheet a folder";
}

TEST_F(PhotoCheck, MasksHideBackgrounds) {
  set = read_photos(options.photos, 64);
  options.train.masked_loss = true;
  check_photos(set, options);
  EXPECT_FALSE(found(PhotoFault::kSameBackground));
  EXPECT_TRUE(found(PhotoFault::kTooSmall));
}

TEST_F(PhotoCheck, ASheetThatCannotBeWrittenStopsNobody) {
  set = read_photos(options.photos, 64);
  write_text(options.models_dir / "cache", "a file where the folder should be");
  EXPECT_EQ(check_photos(set, options), "");
  EXPECT_TRUE(found(PhotoFault::kTooSmall));
}

}  // namespace
}  // namespace big
