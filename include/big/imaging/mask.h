#pragma once

#include <optional>

#include "big/imaging/image.h"
#include "big/imaging/resize.h"

namespace big {

// A mask says which part of a picture is drawn anew: a grey picture of its size, the same in all three
// channels, 255 drawn anew, 0 kept, between them blended.

/// The greys of a picture (Pillow's convert("L")).
Image to_mask(const Image& picture);

/// The mask with a soft edge around it: all of it still counts in full, and outside it fades within about
/// `pixels` (the web UIs' mask blur: twice a Gaussian of that deviation, where that is below 1).
Image soften_edge(const Image& mask, double pixels);

/// A rectangle of a picture, in pixels.
struct Region {
  int x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Region&) const = default;
};

/// The smallest region that holds all of a mask that is not 0; nothing where all is.
std::optional<Region> masked_region(const Image& mask);

/// What of a picture is looked at where only its masked part is drawn.
struct RegionWish {
  int padding = 0;            ///< pixels of surroundings on each side
  int width = 1, height = 1;  ///< the shape that the region shall have (its aspect ratio)
};
/// `region` with its surroundings, widened to the shape that it is drawn in as far as the picture reaches
/// (diffusers' get_crop_region).
Region region_to_draw(const Region& region, const RegionWish& wish, const Image& picture);

/// Lays `drawn` over `picture` at `corner`, as far as `mask` (of picture's size) says: pixels of mask 0 stay
/// bit for bit.
void paste(Image& picture, const Image& drawn, const Image& mask, const Corner& corner);

}  // namespace big
