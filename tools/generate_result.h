#pragma once

#include <string>
#include <vector>

#include "big/core/json.h"
#include "big/personalization/draw.h"
#include "generate_grid.h"

namespace big {

/// What generate --json says of a wish's pictures; with a grid's axes, what each picture stands for.
OrderedJson result_json(const PlannedDrawing& drawing,
                        const DrawResult& result,
                        const std::vector<GridAxis>& axes = {});

/// The files, a line each.
std::string result_text(const DrawResult& result);

}  // namespace big
