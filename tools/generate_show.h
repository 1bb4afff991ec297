#pragma once

#include <string>

#include "big/personalization/draw.h"
#include "cli/option_table.h"

namespace big {

/// Pictures in the terminal.
struct ShowOptions {
  std::string show = "auto";  ///< auto | kitty | iterm2 | sixel | off
};

/// Declares them.
void add_show_options(OptionTable& table, const std::string& group, ShowOptions& options);

/// Draws the grids on stdout, where that is a terminal that can, or the wish names a protocol.
void show_grid(const ShowOptions& options, const DrawResult& result);

}  // namespace big
