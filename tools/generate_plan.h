#pragma once

#include "big/personalization/draw.h"
#include "cli/option_table.h"

namespace big {

/// Plans what `options` ask for, which are fields of the table: its model's defaults are overlaid, a seed is
/// drawn where none was given, and the settings are noted for the pictures. Throws as plan_drawing.
PlannedDrawing plan_with_defaults(OptionTable& table, DrawOptions& options);

}  // namespace big
