#pragma once

#include "big/imaging/mask.h"
#include "big/pipeline/drawing_size.h"
#include "big/pipeline/start_options.h"

namespace big {

/// A picture to begin from and its mask, cut and scaled to the size that is drawn.
struct StartPicture {
  Image picture;
  Image mask;    ///< as large as `picture`; empty: all of it is drawn anew
  Image canvas;  ///< that the drawn part is laid into; empty without a mask
  Image canvas_mask;
  Region region;  ///< of the canvas: the drawn part
};

/// Reads both files. Both are scaled to cover the size and cut to it; where only the masked part is drawn,
/// its region is scaled to the size and the canvas is the whole picture. Throws InputError where one cannot
/// be read or nothing is masked, UsageError where their sizes differ.
StartPicture read_start(const StartOptions& options, const PictureSize& size);

/// A drawn picture as it is handed out: laid into the canvas, as far as the mask says.
Image laid_into_canvas(const StartPicture& start, const Image& drawn);

}  // namespace big
