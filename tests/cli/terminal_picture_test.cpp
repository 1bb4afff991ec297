#include "cli/terminal_picture.h"

#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <cmath>
#include <map>

#include "big/imaging/png.h"
#include "cli/sixel.h"

namespace big {
namespace {

using enum TerminalPictures;

/// Choice with `wish` on a terminal with these variables.
TerminalPictures chosen(const std::string& wish, const std::map<std::string, std::string>& variables) {
  return choose_terminal_pictures(wish, true, [&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  });
}

TEST(TerminalPictures, AutoKnowsTerminalsByTheirEnvironment) {
  EXPECT_EQ(chosen("auto", {{"TERM", "xterm-kitty"}}), kKitty);
  EXPECT_EQ(chosen("auto", {{"TERM", "xterm-256color"}, {"KITTY_WINDOW_ID", "1"}}), kKitty);
  EXPECT_EQ(chosen("auto", {{"TERM", "xterm-256color"}, {"TERM_PROGRAM", "iTerm.app"}}), kIterm2);
  EXPECT_EQ(chosen("auto", {{"TERM", "xterm-256color"}, {"LC_TERMINAL", "iTerm2"}}), kIterm2);
  EXPECT_EQ(chosen("auto", {{"TERM", "foot-extra"}}), kSixel);
  EXPECT_EQ(chosen("auto", {{"TERM", "xterm-256color"}}), kOff);
  EXPECT_EQ(chosen("auto", {{"TERM", "xterm-kitty"}, {"TMUX", "/tmp/x"}}), kOff);
  EXPECT_EQ(chosen("auto", {{"TERM", "screen.xterm-kitty"}, {"KITTY_WINDOW_ID", "1"}}), kOff);
}

TEST(TerminalPictures, AWishIsObeyedAndAPipeIsNoTerminal) {
  const auto kitty = [](const char* name) { return std::string(name) == "TERM" ? "xterm-kitty" : ""; };
  EXPECT_EQ(choose_terminal_pictures("auto", false, kitty), kOff);
  EXPECT_EQ(choose_terminal_pictures("off", true, kitty), kOff);
  EXPECT_EQ(choose_terminal_pictures("sixel", false, kitty), kSixel);
  EXPECT_EQ(choose_terminal_pictures("kitty", false, {}), kKitty);
  EXPECT_EQ(choose_terminal_pictures("iterm2", false, {}), kIterm2);
  EXPECT_EQ(terminal_picture(Image(2, 2), kOff), "");
}

/// Base64 read back by the other way round: six bits at a time.
std::string decoded(const std::string& text) {
  static const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    EXPECT_NE(kDigits.find(c), std::string::npos);
    bits = bits << 6 | static_cast<unsigned>(kDigits.find(c));
    count += 6;
    if (count >= 8) out += static_cast<char>(bits >> (count -= 8) & 0xff);
  }
  return out;
}

TEST(TerminalPictures, KittysProtocolTakesAPngInPieces) {
  const Image small(1, 1, 7);
  const std::string bytes = terminal_picture(small, kKitty), head = "\x1b_Ga=T,f=100,q=2,m=0;";
  ASSERT_TRUE(bytes.starts_with(head));
  ASSERT_TRUE(bytes.ends_with("\x1b\\\n"));
  EXPECT_EQ(decoded(bytes.substr(head.size(), bytes.size() - head.size() - 3)), encode_png(small));

  Image large(80, 80);
  uint32_t noise = 1;  // that no PNG can pack
  for (uint8_t& value : large.pixels) value = static_cast<uint8_t>((noise = noise * 1664525 + 1013904223) >> 24);
  std::string rest = terminal_picture(large, kKitty), data;
  int pieces = 0;
  for (bool more = true; more; ++pieces) {
    const std::string start = pieces == 0 ? "\x1b_Ga=T,f=100,q=2,m=" : "\x1b_Gm=";
    ASSERT_TRUE(rest.starts_with(start));
    more = rest[start.size()] == '1';
    const size_t end = rest.find("\x1b\\");
    const std::string piece = rest.substr(start.size() + 2, end - start.size() - 2);
    EXPECT_LE(piece.size(), 4096u);
    EXPECT_TRUE(!more || piece.size() % 4 == 0);
    data += piece;
    rest.erase(0, end + 2);
  }
  EXPECT_GT(pieces, 2);
  EXPECT_EQ(rest, "\n");
  EXPECT_EQ(decoded(data), encode_png(large));
}

TEST(TerminalPictures, ITerm2TakesAFileInline) {
  const Image image(3, 2, 9);
  const std::string png = encode_png(image);
  const std::string head = "\x1b]1337;File=inline=1;size=" + std::to_string(png.size()) + ";width=3px:";
  const std::string bytes = terminal_picture(image, kIterm2);
  ASSERT_TRUE(bytes.starts_with(head));
  ASSERT_TRUE(bytes.ends_with("\a\n"));
  EXPECT_EQ(decoded(bytes.substr(head.size(), bytes.size() - head.size() - 2)), png);
}

TEST(TerminalPictures, SixelsOfASmallPictureAreAsWrittenDown) {
  Image image(5, 7, 0);
  for (int x = 0; x < 5; ++x) image.at(x, 6)[0] = 255;
  image.at(1, 0)[0] = image.at(1, 0)[1] = image.at(1, 0)[2] = 255;
  EXPECT_EQ(sixel_picture(image),
            "\x1bP0;1;0q\"1;1;5;7#0;2;0;0;0#210;2;100;0;0#251;2;100;100;100"
            "#0~}~~~$#251?@-#210!5@\x1b\\");
}

/// A terminal's side of DEC's sixel graphics, enough for colours, runs, new lines.
Image shown_by_a_terminal(const std::string& text) {
  size_t at = text.find('q') + 1;
  const auto number = [&] {
    int value = 0;
    while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0) value = value * 10 + text[at++] - '0';
    return value;
  };
  const auto next_number = [&] {
    EXPECT_EQ(text[at], ';');
    ++at;
    return number();
  };
  EXPECT_EQ(text[at++], '"');
  EXPECT_EQ(number(), 1);
  EXPECT_EQ(next_number(), 1);
  const int width = next_number(), height = next_number();
  Image image(width, height, 123);
  std::map<int, std::array<int, 3>> palette;
  int colour = 0, x = 0, top = 0;
  while (text[at] != '\x1b') {
    const char c = text[at++];
    if (c == '#') {
      colour = number();
      if (text[at] != ';') continue;
      EXPECT_EQ(next_number(), 2);
      const int red = next_number(), green = next_number(), blue = next_number();
      palette[colour] = {red, green, blue};
      continue;
    }
    if (c == '$' || c == '-') {
      x = 0;
      top += c == '-' ? 6 : 0;
      continue;
    }
    const int run = c == '!' ? number() : 1;
    const int bits = (c == '!' ? text[at++] : c) - '?';
    EXPECT_TRUE(bits >= 0 && bits < 64);
    for (int i = 0; i < run; ++i, ++x) {
      for (int row = 0; row < 6; ++row) {
        if ((bits >> row & 1) == 0) continue;
        EXPECT_TRUE(x < width && top + row < height);
        EXPECT_EQ(palette.count(colour), 1u);
        for (size_t channel = 0; channel < 3; ++channel)
          image.at(x, top + row)[channel] = static_cast<uint8_t>(std::lround(palette[colour][channel] * 2.55));
      }
    }
  }
  EXPECT_EQ(text.substr(at), "\x1b\\");
  return image;
}

double mean_of(const Image& image, int left, int top, int side, size_t channel) {
  double sum = 0;
  for (int y = top; y < top + side; ++y)
    for (int x = left; x < left + side; ++x) sum += image.at(x, y)[channel];
  return sum / (side * side);
}

TEST(TerminalPictures, ATerminalShowsTheColoursThatSixelsMean) {
  Image image(64, 50);
  for (int y = 0; y < 50; ++y) {
    for (int x = 0; x < 64; ++x) {
      image.at(x, y)[0] = static_cast<uint8_t>(4 * x);
      image.at(x, y)[1] = static_cast<uint8_t>(5 * y);
      image.at(x, y)[2] = static_cast<uint8_t>(255 - 2 * x - 2 * y);
    }
  }
  const Image shown = shown_by_a_terminal(sixel_picture(image));
  ASSERT_EQ(shown.width, 64);
  ASSERT_EQ(shown.height, 50);
  // Dithering moves what a pixel lacks to its neighbours: small areas keep their mean.
  for (int top = 0; top + 10 <= 50; top += 10) {
    for (int left = 0; left + 10 <= 64; left += 10) {
      for (size_t channel = 0; channel < 3; ++channel) {
        EXPECT_NEAR(mean_of(shown, left, top, 10, channel), mean_of(image, left, top, 10, channel), 6)
            << left << ", " << top << ", channel " << channel;
      }
    }
  }
}

TEST(TerminalPictures, FittingKeepsSmallPicturesAndTheirShape) {
  // Standard output is no terminal here: then 800 pixels are taken for its width.
  EXPECT_EQ(fitted_to_terminal(Image(800, 10)), Image(800, 10));
  const Image fitted = fitted_to_terminal(Image(1600, 400));
  EXPECT_EQ(fitted.width, 800);
  EXPECT_EQ(fitted.height, 200);
}

}  // namespace
}  // namespace big
