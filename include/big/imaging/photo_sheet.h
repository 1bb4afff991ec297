#pragma once

#include <span>
#include <vector>

#include "big/imaging/photo_doctor.h"

namespace big {

/// What of the photos a sheet shows.
enum class SheetView {
  kMiddle,  ///< the square in the middle, which is learned
  kWhole,   ///< all of it: squares are cut anew at each step
};

/// What will be learned, photo by photo, with names and faults below: some thousand pixels wide, every photo in the
/// same size. Beyond `kMostOnSheet` photos the first are shown, and said to be.
constexpr int kMostOnSheet = 400;
Image photo_sheet(std::span<const ExaminedPhoto> photos,
                  const std::vector<PhotoFinding>& findings,
                  int resolution,
                  SheetView view);

}  // namespace big
