#include "start_picture.h"

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/imaging/read_image.h"

namespace big {
namespace {

Image read_mask(const StartOptions& options, const Image& picture) {
  const Image mask = to_mask(read_image(options.mask));
  if (mask.width != picture.width || mask.height != picture.height)
    throw UsageError(concat(options.mask.string(), " is ", mask.width, " x ", mask.height, ", expected ",
                            picture.width, " x ", picture.height, " as ", options.init_image.string()));
  if (!masked_region(mask))
    throw InputError(options.mask.string() + ": is black all over; white marks what is drawn anew");
  return soften_edge(mask, options.mask_blur);
}

Image scaled(const Image& picture, const PictureSize& size) {
  return resize(picture, static_cast<int>(size.width), static_cast<int>(size.height), ResizeFilter::kLanczos);
}

/// The masked part and its surroundings at full size.
StartPicture closer_look(const StartOptions& options, const PictureSize& size, Image picture, Image mask) {
  const RegionWish wish{static_cast<int>(options.mask_padding), static_cast<int>(size.width),
                        static_cast<int>(size.height)};
  const Region region = region_to_draw(*masked_region(mask), wish, picture);
  const auto part = [&](const Image& whole) {
    return scaled(crop(whole, region.x, region.y, region.width, region.height), size);
  };
  Image near = part(picture), near_mask = part(mask);
  return {std::move(near), std::move(near_mask), std::move(picture), std::move(mask), region};
}

}  // namespace

StartPicture read_start(const StartOptions& options, const PictureSize& size) {
  const Image picture = read_image(options.init_image);
  const Image mask = options.mask.empty() ? Image() : read_mask(options, picture);
  if (options.inpaint_masked_only) return closer_look(options, size, picture, mask);

  const int width = static_cast<int>(size.width), height = static_cast<int>(size.height);
  const Image fitting = resize_to_cover(picture, width, height);
  if (options.mask.empty()) return {fitting, {}, {}, {}, {}};
  const Image fitting_mask = resize_to_cover(mask, width, height);
  if (!masked_region(fitting_mask))
    throw InputError(concat(options.mask.string(), ": nothing of what it marks lies in the middle ", width,
                            " x ", height, " that is drawn"));
  return {fitting, fitting_mask, fitting, fitting_mask, {0, 0, width, height}};
}

Image laid_into_canvas(const StartPicture& start, const Image& drawn) {
  if (start.mask.pixels.empty()) return drawn;
  Image whole = start.canvas;
  const PictureSize size{start.region.height, start.region.width};
  paste(whole, scaled(drawn, size), start.canvas_mask, {start.region.x, start.region.y});
  return whole;
}

}  // namespace big
