#include "sgm_names.h"

#include <algorithm>
#include <set>

#include "big/core/text.h"
#include "single_file_names.h"

namespace big {
namespace {

/// What the paths of a UNet's layers tell of its config.
class Layout {
 public:
  explicit Layout(const std::vector<std::string>& paths) : paths_(paths.begin(), paths.end()) {}

  /// diffusers' config, as far as names depend on it.
  Json config() const {
    const int levels = std::max(count("down_blocks."), 1);
    Json config = {{"block_out_channels", std::vector<int>(static_cast<size_t>(levels), 1)}};
    for (int level = 0; level < levels; ++level) {
      const std::string down = concat("down_blocks.", level), up = concat("up_blocks.", level);
      config["layers_per_block"].push_back(std::max(count(down + ".resnets."), 1));
      config["down_block_types"].push_back(has(down + ".attentions.") ? "CrossAttnDownBlock2D"
                                                                      : "DownBlock2D");
      config["up_block_types"].push_back(has(up + ".attentions.") ? "CrossAttnUpBlock2D" : "UpBlock2D");
    }
    return config;
  }

 private:
  bool has(const std::string& beginning) const {
    const auto first = paths_.lower_bound(beginning);
    return first != paths_.end() && first->starts_with(beginning);
  }
  int count(const std::string& list) const {
    int items = 0;
    while (has(concat(list, items, "."))) ++items;
    return items;
  }

  std::set<std::string> paths_;
};

}  // namespace

std::map<std::string, std::string> sgm_names(const std::vector<std::string>& paths) {
  constexpr std::string_view kWeight = ".weight";
  const NameTable table = unet_names(Layout(paths).config(), "the model's UNet");
  std::map<std::string, std::string> names;
  for (const auto& path : paths) {
    const auto single = table.to_single_file(concat(path, kWeight));
    if (single) names.emplace(path, single->name.substr(0, single->name.size() - kWeight.size()));
  }
  return names;
}

}  // namespace big
