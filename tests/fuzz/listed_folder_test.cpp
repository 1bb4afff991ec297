#include "fuzz/listed_folder.h"

#include <gtest/gtest.h>

#include "big/core/read_file.h"

namespace big::fuzz {
namespace {

namespace fs = std::filesystem;

size_t files_below(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::recursive_directory_iterator(folder), {}));
}

TEST(ListedFolder, HoldsWhatTheListingSays) {
  const ListedFolder listed({"a.json", "part/b", "part/c", "d"});
  const fs::path folder = listed.fill("a.json registry/empty.json\npart/b empty\npart/c pipe\nd directory\n");
  EXPECT_EQ(read_file(folder / "a.json", 1000), R"({
 "schema_version": 1,
 "subjects": []
})");
  EXPECT_EQ(fs::file_size(folder / "part/b"), 0u);
  EXPECT_TRUE(fs::is_fifo(folder / "part/c"));
  EXPECT_TRUE(fs::is_directory(folder / "d"));
  EXPECT_EQ(files_below(folder), 5u);
}

TEST(ListedFolder, IsMadeAnew) {
  const ListedFolder listed({"a", "b"});
  listed.fill("a empty\n");
  const fs::path folder = listed.fill("b empty\n");
  EXPECT_FALSE(fs::exists(folder / "a"));
  EXPECT_TRUE(fs::exists(folder / "b"));
  EXPECT_FALSE(fs::exists(listed.fill("")));
}

/// A mutated line may name anything: no other file is written, and none is read.
TEST(ListedFolder, ReachesNothingElse) {
  const ListedFolder listed({"a"});
  EXPECT_FALSE(fs::exists(listed.fill("../b empty\n/tmp/big-listed-folder empty\nb registry/empty.json\n")));
  const fs::path folder = listed.fill("a ../../../README.md\na /etc/hostname\n");
  EXPECT_EQ(files_below(folder), 0u);
}

TEST(ListedFolder, TheFirstLineOfAPathCounts) {
  const fs::path folder = ListedFolder({"a"}).fill("a empty\na registry/empty.json\n");
  EXPECT_FALSE(fs::exists(folder)) << "it goes with the ListedFolder";
  const ListedFolder listed({"a"});
  EXPECT_EQ(fs::file_size(listed.fill("a empty\na registry/empty.json\n") / "a"), 0u);
}

}  // namespace
}  // namespace big::fuzz
