#pragma once

#include <optional>

#include "plane.h"

namespace big {

/// How wide the sharpest edges of a picture are smeared: the deviation in pixels of the Gaussian that would have
/// made them of steps, in the direction in which they are worst (motion blurs one direction alone). About 0.5 for
/// a sharp photo, whatever lies out of focus behind its subject. Nothing where the picture has no edges to tell by.
std::optional<double> edge_blur(const Plane& brightness);

}  // namespace big
