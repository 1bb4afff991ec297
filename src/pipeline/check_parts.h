#pragma once

#include "big/pipeline/stable_diffusion.h"

namespace big {

/// The parts of one folder must fit each other, else the first forward pass would fail with a riddle. Throws
/// InputError naming the two that do not.
void check_parts_fit(const StableDiffusion& model);

}  // namespace big
