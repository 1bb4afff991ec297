// example_sheet SHEET.png GIVEN_FOLDER DRAWN_FOLDER...: the pictures a person gave above, those drawn below, one row a
// folder. A help for run_example.sh, not one of the tools.
#include <cstdio>
#include <filesystem>
#include <vector>

#include "big/core/error.h"
#include "big/imaging/contact_sheet.h"
#include "big/imaging/png.h"
#include "big/imaging/read_image.h"
#include "big/imaging/resize.h"

namespace fs = std::filesystem;

namespace {

constexpr int kColumns = 6, kCell = 128;

/// The folder's first pictures as one row, filled up with white.
void append_row(const fs::path& folder, std::vector<big::Image>& sheet) {
  const auto scan = big::scan_photos(folder, 1);
  size_t placed = 0;
  for (const auto& photo : scan.photos) {
    if (photo.path.filename() == "grid.png" || placed == kColumns) continue;
    const auto small = big::resize_short_side(big::read_image(photo.path), kCell);
    sheet.push_back(big::center_crop(small, kCell, kCell));
    ++placed;
  }
  for (; placed < kColumns; ++placed) sheet.emplace_back(kCell, kCell, uint8_t{255});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: example_sheet SHEET.png GIVEN_FOLDER DRAWN_FOLDER...\n");
    return 2;
  }
  try {
    std::vector<big::Image> sheet;
    for (int i = 2; i < argc; ++i) append_row(argv[i], sheet);
    fs::create_directories(fs::absolute(argv[1]).parent_path());
    big::write_png(argv[1],
                   big::contact_sheet(sheet, {.columns = kColumns, .cell = kCell, .border = 2, .gap_after = kColumns}));
  } catch (const big::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return error.exit_code();
  }
  return 0;
}
