#pragma once

#include <string>
#include <vector>

#include "big/imaging/image.h"

namespace big {

/// A page that needs nothing but itself, offline too, and runs no script: doctype, style, title (escaped) around `body`.
std::string html_page(const std::string& title, const std::string& body);

/// <h2>title</h2> and the body; nothing where that is empty.
std::string html_section(const std::string& title, const std::string& body);

/// The middle square of a picture as an <img> of a few KiB that holds its bytes.
std::string html_thumbnail(const Image& picture);

}  // namespace big
