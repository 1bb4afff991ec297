#pragma once

#include <filesystem>

#include "cost.h"

namespace big {

/// Throws InputError for a base that draws but cannot be taught (SDXL's refiner, an inpainting model, a
/// latent consistency model), saying why and what to take instead.
void refuse_what_cannot_be_taught(const std::filesystem::path& folder, const ModelSize& size);

}  // namespace big
