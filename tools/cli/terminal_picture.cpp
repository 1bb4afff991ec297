#include "cli/terminal_picture.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "big/core/base64.h"
#include "big/core/text.h"
#include "big/imaging/png.h"
#include "big/imaging/resize.h"
#include "cli/sixel.h"

namespace big {
namespace {

/// The most that one command of kitty's protocol carries.
constexpr size_t kKittyChunk = 4096;
/// Where the terminal does not tell its size in pixels.
constexpr int kUsualWidth = 800;

/// kitty's graphics protocol: a PNG in pieces, of which all but the last say that more follow. q=2: the
/// terminal shall not answer, nobody listens.
std::string kitty_picture(const Image& image) {
  const std::string data = base64(encode_png(image));
  std::string out;
  for (size_t at = 0; at < data.size(); at += kKittyChunk) {
    const bool more = at + kKittyChunk < data.size();
    out += concat("\x1b_G", at == 0 ? "a=T,f=100,q=2," : "", "m=", more ? 1 : 0, ";", data.substr(at, kKittyChunk),
                  "\x1b\\");
  }
  return out;
}

/// iTerm2's inline images.
std::string iterm2_picture(const Image& image) {
  const std::string png = encode_png(image);
  return concat("\x1b]1337;File=inline=1;size=", png.size(), ";width=", image.width, "px:", base64(png), "\a");
}

TerminalPictures known_terminal(const EnvironmentFn& environment) {
  const std::string term = environment("TERM"), program = environment("TERM_PROGRAM");
  // These pass on what they know alone.
  if (!environment("TMUX").empty() || term.starts_with("screen") || term.starts_with("tmux"))
    return TerminalPictures::kOff;
  if (!environment("KITTY_WINDOW_ID").empty() || term == "xterm-kitty" || term == "xterm-ghostty" ||
      program == "ghostty")
    return TerminalPictures::kKitty;
  if (program == "iTerm.app" || program == "WezTerm" || environment("LC_TERMINAL") == "iTerm2")
    return TerminalPictures::kIterm2;
  for (const char* name : {"foot", "mlterm", "yaft", "contour"}) {
    if (term.starts_with(name)) return TerminalPictures::kSixel;
  }
  return term.find("sixel") != std::string::npos ? TerminalPictures::kSixel : TerminalPictures::kOff;
}

int terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_xpixel > 0 ? size.ws_xpixel : kUsualWidth;
}

}  // namespace

TerminalPictures choose_terminal_pictures(const std::string& wish,
                                          bool is_terminal,
                                          const EnvironmentFn& environment) {
  if (wish == "kitty") return TerminalPictures::kKitty;
  if (wish == "iterm2") return TerminalPictures::kIterm2;
  if (wish == "sixel") return TerminalPictures::kSixel;
  return wish == "auto" && is_terminal ? known_terminal(environment) : TerminalPictures::kOff;
}

std::string terminal_picture(const Image& image, TerminalPictures how) {
  if (how == TerminalPictures::kOff) return "";
  if (how == TerminalPictures::kKitty) return kitty_picture(image) + "\n";
  return (how == TerminalPictures::kIterm2 ? iterm2_picture(image) : sixel_picture(image)) + "\n";
}

Image fitted_to_terminal(const Image& image) {
  const int width = terminal_width();
  if (image.width <= width) return image;
  return resize(image, width, std::max(1, static_cast<int>(int64_t{image.height} * width / image.width)));
}

}  // namespace big
