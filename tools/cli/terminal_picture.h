#pragma once

#include <functional>
#include <string>

#include "big/imaging/image.h"

namespace big {

/// How a terminal is told to show a picture.
enum class TerminalPictures { kOff, kKitty, kIterm2, kSixel };

/// The value of an environment variable, or "".
using EnvironmentFn = std::function<std::string(const char* name)>;

/// `wish`: auto, kitty, iterm2, sixel or off. With auto, what the terminal is known to understand by its
/// environment, and off where stdout is none (`is_terminal`) or where tmux or screen stands between.
TerminalPictures choose_terminal_pictures(const std::string& wish,
                                          bool is_terminal,
                                          const EnvironmentFn& environment);

/// The bytes that show the picture below the cursor, and the end of the line.
std::string terminal_picture(const Image& image, TerminalPictures how);

/// The picture made narrower, where it is wider than the terminal that stdout is.
Image fitted_to_terminal(const Image& image);

}  // namespace big
