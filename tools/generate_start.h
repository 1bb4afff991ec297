#pragma once

#include "big/pipeline/text_to_image.h"
#include "cli/option_table.h"

namespace big {

/// Declares what drawing begins from (--init_image, --mask and what belongs to them), the second pass
/// (--hires_scale ...) and --vae_tiling.
void add_start_options(OptionTable& table, GenerateOptions& generate);

}  // namespace big
