#include "single_file_names.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

constexpr int64_t kMaxLevels = 8, kMaxLayers = 128;  // beyond any published model; the table grows with them

void add_unet_resnet(NameTable& table, const std::string& diffusers, const std::string& single) {
  table.add(diffusers + ".norm1", single + ".in_layers.0");
  table.add(diffusers + ".conv1", single + ".in_layers.2");
  table.add(diffusers + ".time_emb_proj", single + ".emb_layers.1");
  table.add(diffusers + ".norm2", single + ".out_layers.0");
  table.add(diffusers + ".conv2", single + ".out_layers.3");
  table.add(diffusers + ".conv_shortcut", single + ".skip_connection");
}

void check_count(int64_t value, int64_t most, const std::string& key, const std::string& where) {
  if (value < 1 || value > most)
    throw InputError(concat(where, ": '", key, "' is ", value, ", expected 1 to ", most));
}

/// One number a level, from a list or one for all.
std::vector<int64_t> layers_of(const JsonView& view, size_t levels, int64_t fallback) {
  const std::string key = "layers_per_block";
  std::vector<int64_t> layers(levels, fallback);
  if (view.has(key)) {
    if (view.raw(key).is_array()) {
      layers = view.get<std::vector<int64_t>>(key);
    } else {
      layers.assign(levels, view.get<int64_t>(key));
    }
  }
  check_count(static_cast<int64_t>(layers.size()), static_cast<int64_t>(levels), key, view.where());
  layers.resize(levels, layers.back());
  for (const int64_t count : layers) check_count(count, kMaxLayers, key, view.where());
  return layers;
}

size_t levels_of(const JsonView& view) {
  const auto levels = view.get<std::vector<int64_t>>("block_out_channels").size();
  check_count(static_cast<int64_t>(levels), kMaxLevels, "block_out_channels", view.where());
  return levels;
}

std::vector<bool> attention_of(const JsonView& view, const std::string& key, size_t levels) {
  std::vector<bool> attends;
  for (const auto& type : view.get<std::vector<std::string>>(key))
    attends.push_back(type.starts_with("CrossAttn"));
  check_count(static_cast<int64_t>(attends.size()), static_cast<int64_t>(levels), key, view.where());
  attends.resize(levels, false);
  return attends;
}

std::string numbered(const std::string& name, int64_t number) { return concat(name, '.', number); }

void add_down_blocks(NameTable& table, const JsonView& view, const std::vector<int64_t>& layers) {
  const auto attends = attention_of(view, "down_block_types", layers.size());
  int64_t block = 1;  // input block 0 is conv_in
  for (size_t level = 0; level < layers.size(); ++level) {
    const std::string ours = concat("down_blocks.", level);
    for (int64_t layer = 0; layer < layers[level]; ++layer, ++block) {
      const std::string theirs = numbered("input_blocks", block);
      add_unet_resnet(table, numbered(ours + ".resnets", layer), theirs + ".0");
      if (attends[level]) table.add(numbered(ours + ".attentions", layer), theirs + ".1");
    }
    if (level + 1 < layers.size())
      table.add(ours + ".downsamplers.0.conv", numbered("input_blocks", block++) + ".0.op");
  }
}

void add_up_blocks(NameTable& table, const JsonView& view, const std::vector<int64_t>& layers) {
  const auto attends = attention_of(view, "up_block_types", layers.size());
  int64_t block = 0;
  for (size_t level = 0; level < layers.size(); ++level) {
    const std::string ours = concat("up_blocks.", level);
    const int64_t count = layers[layers.size() - 1 - level] + 1;
    for (int64_t layer = 0; layer < count; ++layer, ++block) {
      const std::string theirs = numbered("output_blocks", block);
      add_unet_resnet(table, numbered(ours + ".resnets", layer), theirs + ".0");
      if (attends[level]) table.add(numbered(ours + ".attentions", layer), theirs + ".1");
      // The upsampler follows what else is in the level's last block.
      if (layer + 1 == count && level + 1 < layers.size())
        table.add(ours + ".upsamplers.0.conv", theirs + (attends[level] ? ".2.conv" : ".1.conv"));
    }
  }
}

void add_vae_resnet(NameTable& table, const std::string& diffusers, const std::string& single) {
  for (const char* same : {".norm1", ".conv1", ".norm2", ".conv2"})
    table.add(diffusers + same, single + same);
  table.add(diffusers + ".conv_shortcut", single + ".nin_shortcut");
}

void add_vae_middle(NameTable& table, const std::string& half) {
  const std::string ours = half + ".mid_block", theirs = half + ".mid";
  add_vae_resnet(table, ours + ".resnets.0", theirs + ".block_1");
  add_vae_resnet(table, ours + ".resnets.1", theirs + ".block_2");
  table.add(ours + ".attentions.0.group_norm", theirs + ".attn_1.norm");
  for (const auto& [to, from] : {std::pair(".to_q", ".q"), std::pair(".to_k", ".k"), std::pair(".to_v", ".v"),
                                 std::pair(".to_out.0", ".proj_out")}) {
    const std::string linear = ours + ".attentions.0" + to, convolution = theirs + ".attn_1" + from;
    table.add(linear + ".weight", convolution + ".weight", TensorForm::kConvolution1x1);
    table.add(linear + ".bias", convolution + ".bias");
  }
}

}  // namespace

NameTable unet_names(const Json& config, const std::string& where) {
  const JsonView view(config, where);
  const auto layers = layers_of(view, levels_of(view), 2);
  NameTable table;
  table.add("time_embedding.linear_1", "time_embed.0");
  table.add("time_embedding.linear_2", "time_embed.2");
  table.add("add_embedding.linear_1", "label_emb.0.0");
  table.add("add_embedding.linear_2", "label_emb.0.2");
  table.add("conv_in", "input_blocks.0.0");
  add_down_blocks(table, view, layers);
  add_unet_resnet(table, "mid_block.resnets.0", "middle_block.0");
  table.add("mid_block.attentions.0", "middle_block.1");
  add_unet_resnet(table, "mid_block.resnets.1", "middle_block.2");
  add_up_blocks(table, view, layers);
  table.add("conv_norm_out", "out.0");
  table.add("conv_out", "out.2");
  return table;
}

NameTable vae_names(const Json& config, const std::string& where) {
  const JsonView view(config, where);
  const size_t levels = levels_of(view);
  const auto layers = layers_of(view, levels, 1);
  NameTable table;
  for (const std::string half : {"encoder", "decoder"}) {
    table.add(half + ".conv_in", half + ".conv_in");
    table.add(half + ".conv_norm_out", half + ".norm_out");
    table.add(half + ".conv_out", half + ".conv_out");
    add_vae_middle(table, half);
  }
  for (size_t level = 0; level < levels; ++level) {
    const std::string down = concat("encoder.down_blocks.", level),
                      down_single = concat("encoder.down.", level);
    for (int64_t layer = 0; layer < layers[level]; ++layer)
      add_vae_resnet(table, numbered(down + ".resnets", layer), numbered(down_single + ".block", layer));
    table.add(down + ".downsamplers.0.conv", down_single + ".downsample.conv");
    // latent-diffusion counts the decoder's levels from the largest picture, diffusers from the smallest.
    const std::string up = concat("decoder.up_blocks.", level),
                      up_single = concat("decoder.up.", levels - 1 - level);
    for (int64_t layer = 0; layer < layers[level] + 1; ++layer)
      add_vae_resnet(table, numbered(up + ".resnets", layer), numbered(up_single + ".block", layer));
    table.add(up + ".upsamplers.0.conv", up_single + ".upsample.conv");
  }
  table.add("quant_conv", "quant_conv");
  table.add("post_quant_conv", "post_quant_conv");
  return table;
}

NameTable open_clip_names(const Json& config, const std::string& where) {
  const JsonView view(config, where);
  const auto layers = view.get<int64_t>("num_hidden_layers");
  check_count(layers, kMaxLayers, "num_hidden_layers", where);
  NameTable table;
  table.add("text_model.embeddings.token_embedding", "token_embedding");
  table.add("text_model.embeddings.position_embedding.weight", "positional_embedding");
  for (int64_t layer = 0; layer < layers; ++layer) {
    const std::string ours = concat("text_model.encoder.layers.", layer),
                      theirs = concat("transformer.resblocks.", layer);
    table.add(ours + ".layer_norm1", theirs + ".ln_1");
    table.add(ours + ".layer_norm2", theirs + ".ln_2");
    for (const auto& [projection, third] : {std::pair(".self_attn.q_proj", TensorForm::kQuery),
                                            std::pair(".self_attn.k_proj", TensorForm::kKey),
                                            std::pair(".self_attn.v_proj", TensorForm::kValue)}) {
      table.add(ours + projection + ".weight", theirs + ".attn.in_proj_weight", third);
      table.add(ours + projection + ".bias", theirs + ".attn.in_proj_bias", third);
    }
    table.add(ours + ".self_attn.out_proj", theirs + ".attn.out_proj");
    table.add(ours + ".mlp.fc1", theirs + ".mlp.c_fc");
    table.add(ours + ".mlp.fc2", theirs + ".mlp.c_proj");
  }
  table.add("text_model.final_layer_norm", "ln_final");
  const auto networks = view.get<std::vector<std::string>>("architectures", {});
  if (std::find(networks.begin(), networks.end(), "CLIPTextModelWithProjection") != networks.end())
    table.add("text_projection.weight", "text_projection", TensorForm::kTransposed);
  return table;
}

std::string ema_name(const std::string& name) {
  std::string flat = "diffusion_model" + name;
  flat.erase(std::remove(flat.begin(), flat.end(), '.'), flat.end());
  return "model_ema." + flat;
}

}  // namespace big
