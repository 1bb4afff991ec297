#pragma once

#include <string>
#include <vector>

#include "big/personalization/draw_grid.h"
#include "cli/option_table.h"

namespace big {

/// "scheduler=Euler,DPM++ 2M;guidance_scale=3,5,7": up to three axes, columns first. A value with a comma or a
/// semicolon stands in double quotes. No axes where the text is empty. Throws UsageError.
std::vector<GridAxis> parse_grid(const std::string& text);

/// Gives the options the first value of each axis, as if flags had. Throws UsageError for a name that is no
/// option of how pictures look, and for a value that the option does not take.
void apply_first_values(OptionTable& table, const std::vector<GridAxis>& axes);

/// Every combination: the values go through the table into `options`, which its fields are part of.
GridRequest make_grid(OptionTable& table, DrawOptions& options, const std::vector<GridAxis>& axes);

/// The values that the cell's picture stands for: {"scheduler": "Euler"}.
OrderedJson cell_values(const std::vector<GridAxis>& axes, size_t cell);

}  // namespace big
