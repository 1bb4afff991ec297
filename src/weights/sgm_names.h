#pragma once

#include <map>
#include <string>
#include <vector>

namespace big {

/// The names that the layers of a UNet have in Stability's own code ("input_blocks.4.1.proj_in"), by their
/// paths in diffusers ("down_blocks.1.attentions.0.proj_in"). `paths`: all linear layers and convolutions of
/// one network, for the numbers depend on how many blocks there are.
std::map<std::string, std::string> sgm_names(const std::vector<std::string>& paths);

}  // namespace big
