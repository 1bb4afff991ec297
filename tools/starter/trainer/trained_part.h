#pragma once

#include "big/modules/module.h"

#include <filesystem>

#include "big/core/json.h"
#include "big/weights/state_dict.h"

namespace big {

/// A network by `folder`/config.json in fp32, with the weights that are there; where there
/// are none it starts from nothing and `begin(network)` sets what must not be random.
template <class Network, class Config, class Begin>
Network start_part(const std::filesystem::path& folder, const std::string& stem, const Begin& begin) {
  const auto file = folder / "config.json";
  Network network(Config::from_json(read_json(file), file.string()));
  if (std::filesystem::exists(folder / (stem + ".safetensors"))) {
    load_weights(*network, folder, stem);
  } else {
    initialize(*network);
    begin(network);
  }
  return network;
}

/// config.json of `start` and the weights in fp32 into `out`.
inline void save_part(const Module& network,
                      const std::filesystem::path& start,
                      const std::filesystem::path& out,
                      const std::string& stem) {
  std::filesystem::create_directories(out);
  if (start != out) {
    std::filesystem::copy_file(start / "config.json", out / "config.json",
                               std::filesystem::copy_options::overwrite_existing);
  }
  save_weights(network, out / (stem + ".safetensors"), torch::kFloat32);
}

}  // namespace big
