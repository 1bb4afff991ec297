#pragma once

#include <string>

#include "big/imaging/image.h"
#include "big/imaging/png.h"
#include "big/personalization/picture_record.h"

namespace big {

// What other programs write into pictures, in the terms of this one. What a text leaves out is as its program
// has it, not as ours. Each throws InputError for a value that cannot be read; `where` names the picture.

/// The web UIs' text, of any version.
void translate_infotext(PictureRecord& record, const std::string& text, const std::string& where);
/// kohya's gen_img.py: a chunk for each setting, noise of a GPU, the model not named.
void translate_kohya(PictureRecord& record, const PngText& text, const Image& picture, const std::string& where);
/// True where translate_kohya can read the chunks.
bool is_kohya(const PngText& text);

}  // namespace big
