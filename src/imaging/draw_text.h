#pragma once

#include <string>
#include <vector>

#include "big/imaging/image.h"

namespace big {

/// Height of a line of text, in pixels, at scale 1.
constexpr int kLineHeight = 12;

/// Pixels that the text takes from left to right.
int text_width(const std::string& text, int scale);
/// Writes one line in black with its left upper corner at x, y; what lies outside the picture is left out.
/// The letters are stb_easy_font's, ASCII alone: any other character becomes a '?'.
void draw_text(Image& image, int x, int y, const std::string& text, int scale);
/// The text in lines of at most `width` pixels, broken between words, and in a word that is too long itself, there behind
/// a '_' if it can be.
std::vector<std::string> wrapped_text(const std::string& text, int width, int scale);

}  // namespace big
