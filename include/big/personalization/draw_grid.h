#pragma once

#include <string>
#include <vector>

#include "big/personalization/draw.h"

namespace big {

/// A setting that varies over a grid, and its values as a person typed them.
struct GridAxis {
  std::string name;
  std::vector<std::string> values;
};

/// Up to three axes: columns, rows, sheets. One cell for each combination, the first axis running fastest.
struct GridRequest {
  std::vector<GridAxis> axes;
  std::vector<PlannedDrawing> cells;
};

/// Draws every cell with one loaded model into one new folder, then a sheet with labelled axes for each value
/// of the third axis, and for each of a cell's pictures. Throws UsageError where the cells ask for different
/// models, VAEs, LoRAs, embeddings or types of numbers, for which one loaded model does not do.
DrawResult draw_grid(const GridRequest& request, const ProgressFn& progress = {});

}  // namespace big
