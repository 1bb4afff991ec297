#pragma once

#include <torch/types.h>

#include <string>

#include "big/pipeline/stable_diffusion.h"
#include "model_files.h"
#include "network_size.h"

namespace big {

/// One network: its config says the shape, its weights fill it.
template <class Network, class Config>
Network load_network(const ModelFiles& files, const std::string& part, const LoadOptions& options) {
  const auto config = Config::from_json(files.config(part), files.config_where(part));
  check_network_size(least_values(config), files.size(part).values, files.config_where(part));
  Network network(config);
  // Without values as yet: there is nothing to move or convert, the weights come in the type that is asked for.
  const auto tensors = torch::TensorOptions().device(options.device).dtype(options.dtype);
  for (auto& parameter : network->parameters()) {
    parameter.set_data(torch::empty(parameter.sizes(), tensors));
    parameter.requires_grad_(false);
  }
  files.fill(*network, part);
  return network;
}

}  // namespace big
