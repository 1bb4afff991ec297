#pragma once

#include <cstdint>
#include <string>

#include "big/networks/autoencoder_kl.h"
#include "big/networks/clip_text_model.h"
#include "big/networks/unet_2d_condition.h"

namespace big {

/// Values that a network of this architecture has at the least: its large matrices, counted low.
uint64_t least_values(const UNet2DConditionConfig& config);
uint64_t least_values(const AutoencoderKLConfig& config);
uint64_t least_values(const ClipTextConfig& config);

/// Throws InputError where a config asks for a network of over 2^28 values (1 GiB) of which its weights, by
/// their headers, hold not half: a network is allocated before it is filled, and a damaged number must not
/// ask for all memory. `where` names the config.
void check_network_size(uint64_t least_values, uint64_t stored_values, const std::string& where);

}  // namespace big
