#include "big/pipeline/drawing_size.h"

#include <algorithm>
#include <cmath>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/imaging/read_image.h"

namespace big {
namespace {

void check_side(const std::string& name, int64_t asked, int64_t factor) {
  if (asked == 0 || (asked > 0 && asked % factor == 0)) return;
  const int64_t below = std::max(asked, factor) / factor * factor;
  throw UsageError(concat(name, " is ", asked, ", expected a multiple of ", factor, ": ",
                          asked < factor ? concat(factor) : concat(below, " or ", below + factor)));
}

int64_t rounded_down(double side, int64_t factor) {
  return std::max(static_cast<int64_t>(side) / factor, int64_t{1}) * factor;
}

/// What is left open: the picture's own sides, or one side by the other.
PictureSize completed_by(const Image& picture, PictureSize asked, int64_t factor) {
  const double aspect = static_cast<double>(picture.width) / picture.height;
  if (asked.height == 0 && asked.width == 0)
    return {rounded_down(picture.height, factor), rounded_down(picture.width, factor)};
  if (asked.height == 0)
    asked.height = rounded_down(std::round(static_cast<double>(asked.width) / aspect), factor);
  if (asked.width == 0)
    asked.width = rounded_down(std::round(static_cast<double>(asked.height) * aspect), factor);
  return asked;
}

}  // namespace

PictureSize drawing_size(const GenerateOptions& options,
                         const UNet2DConditionConfig& unet,
                         const AutoencoderKLConfig& vae) {
  const int64_t factor = vae.scale(), native = unet.sample_size * factor;
  check_side("height", options.height, factor);
  check_side("width", options.width, factor);
  const PictureSize asked{options.height, options.width};
  const auto& start = options.start;
  if (!start.init_image.empty() && !start.inpaint_masked_only && (asked.height == 0 || asked.width == 0))
    return completed_by(read_image(start.init_image), asked, factor);
  return {asked.height == 0 ? native : asked.height, asked.width == 0 ? native : asked.width};
}

PictureSize hires_size(const HiresOptions& hires, const PictureSize& first, const AutoencoderKLConfig& vae) {
  if (hires.scale == 1) return first;
  const auto larger = [&](int64_t side) {
    return rounded_down(std::floor(static_cast<double>(side) * hires.scale), vae.scale());
  };
  return {larger(first.height), larger(first.width)};
}

}  // namespace big
