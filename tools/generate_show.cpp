#include "generate_show.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "big/imaging/read_image.h"
#include "cli/terminal_picture.h"

namespace big {
namespace {

std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

void add_show_options(OptionTable& table, const std::string& group, ShowOptions& options) {
  table
      .add(group, "show", "the grid in the terminal, by kitty's, iTerm2's or sixel graphics; auto: where it is known to "
                          "understand them",
           &options.show)
      .placeholder("HOW")
      .choices({"auto", "kitty", "iterm2", "sixel", "off"})
      .personal()
      .unrecorded();
}

void show_grid(const ShowOptions& options, const DrawResult& result) {
  const auto how = choose_terminal_pictures(options.show, isatty(STDOUT_FILENO) == 1, environment_variable);
  if (how == TerminalPictures::kOff) return;
  std::cout << terminal_picture(fitted_to_terminal(read_image(result.grid)), how);
  for (const auto& grid : result.further_grids)
    std::cout << terminal_picture(fitted_to_terminal(read_image(grid)), how);
}

}  // namespace big
