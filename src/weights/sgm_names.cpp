#include "sgm_names.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "big/core/text.h"

namespace big {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array kOutside = {
    Pair{"conv_in", "input_blocks.0.0"},
    Pair{"conv_out", "out.2"},
    Pair{"time_embedding.linear_1", "time_embed.0"},
    Pair{"time_embedding.linear_2", "time_embed.2"},
    Pair{"add_embedding.linear_1", "label_emb.0.0"},
    Pair{"add_embedding.linear_2", "label_emb.0.2"},
};

/// Inside a resnet; transformers have one set of names.
constexpr std::array kResnet = {
    Pair{"conv1", "in_layers.2"},
    Pair{"time_emb_proj", "emb_layers.1"},
    Pair{"conv2", "out_layers.3"},
    Pair{"conv_shortcut", "skip_connection"},
};

/// diffusers numbers blocks by level and layer, Stability's code all of them in one list.
class Numbering {
 public:
  explicit Numbering(const std::vector<std::string>& paths) : paths_(paths.begin(), paths.end()) {
    number_down();
    blocks_["mid_block.resnets.0"] = "middle_block.0";
    blocks_["mid_block.attentions.0"] = "middle_block.1";
    blocks_["mid_block.resnets.1"] = "middle_block.2";
    number_up();
  }

  /// Block of diffusers -> block of Stability's code.
  const std::map<std::string, std::string>& blocks() const { return blocks_; }

 private:
  bool has(const std::string& module) const {
    const auto first = paths_.lower_bound(module);
    return first != paths_.end() && first->starts_with(module);
  }

  void number_down() {
    int next = 1;  // 0 is conv_in
    for (int level = 0; has(concat("down_blocks.", level, ".")); ++level) {
      const std::string block = concat("down_blocks.", level);
      for (int layer = 0; has(concat(block, ".resnets.", layer, ".")); ++layer, ++next) {
        blocks_[concat(block, ".resnets.", layer)] = concat("input_blocks.", next, ".0");
        blocks_[concat(block, ".attentions.", layer)] = concat("input_blocks.", next, ".1");
      }
      const std::string sampler = block + ".downsamplers.0.conv";
      if (has(sampler)) blocks_[sampler] = concat("input_blocks.", next++, ".0.op");
    }
  }

  void number_up() {
    int next = 0;
    for (int level = 0; has(concat("up_blocks.", level, ".")); ++level) {
      const std::string block = concat("up_blocks.", level);
      for (int layer = 0; has(concat(block, ".resnets.", layer, ".")); ++layer, ++next) {
        blocks_[concat(block, ".resnets.", layer)] = concat("output_blocks.", next, ".0");
        blocks_[concat(block, ".attentions.", layer)] = concat("output_blocks.", next, ".1");
      }
      // The upsampler is the last member of the level's last block, after the transformer if there is one.
      const int place = has(block + ".attentions.0.") ? 2 : 1;
      blocks_[block + ".upsamplers.0.conv"] = concat("output_blocks.", next - 1, ".", place, ".conv");
    }
  }

  std::set<std::string> paths_;
  std::map<std::string, std::string> blocks_;
};

std::string inside_resnet(std::string_view layer) {
  for (const auto& [ours, theirs] : kResnet) {
    if (layer == ours) return std::string(theirs);
  }
  return std::string(layer);
}

/// "down_blocks.1.attentions.0.proj_in": the dot after the block's name ("mid_block." has no level).
size_t block_length(const std::string& path) {
  const int dots = path.starts_with("mid_block.") ? 3 : 4;
  size_t at = 0;
  for (int i = 0; i < dots && at != std::string::npos; ++i) at = path.find('.', i == 0 ? 0 : at + 1);
  return at;
}

}  // namespace

std::map<std::string, std::string> sgm_names(const std::vector<std::string>& paths) {
  const Numbering numbering(paths);
  std::map<std::string, std::string> names;
  for (const auto& [ours, theirs] : kOutside) {
    if (std::find(paths.begin(), paths.end(), ours) != paths.end()) names.emplace(ours, theirs);
  }
  for (const auto& path : paths) {
    if (const auto whole = numbering.blocks().find(path); whole != numbering.blocks().end()) {
      names.emplace(path, whole->second);
      continue;
    }
    const size_t length = block_length(path);
    const auto block = numbering.blocks().find(path.substr(0, length));
    if (length == std::string::npos || block == numbering.blocks().end()) continue;
    const std::string layer = path.substr(length + 1);
    const bool resnet = block->first.find(".resnets.") != std::string::npos;
    names.emplace(path, block->second + "." + (resnet ? inside_resnet(layer) : layer));
  }
  return names;
}

}  // namespace big
