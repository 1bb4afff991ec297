#include "tiled_vae.h"

#include <torch/types.h>

#include <algorithm>
#include <functional>

namespace big {
namespace {

constexpr double kOverlap = 0.25;  // diffusers' tile_overlap_factor: of a tile's side

/// Tiles of `side` begin every `stride`, in units of what goes in; of their results the first `kept` rows and
/// columns count, blended into the tiles above and to the left over `blend`.
struct Tiles {
  int64_t side, stride, blend, kept;
};

Tiles tiles_of(int64_t side_in, int64_t side_out) {
  const auto part = [](int64_t side, double share) {
    return static_cast<int64_t>(static_cast<double>(side) * share);
  };
  const int64_t blend = part(side_out, kOverlap);
  return {side_in, part(side_in, 1 - kOverlap), blend, side_out - blend};
}

/// The first `extent` lines of `tile` along `dim` go over from the last ones of `before`, in place.
void blend(const torch::Tensor& before, torch::Tensor& tile, int64_t dim, int64_t most) {
  const int64_t extent = std::min({before.size(dim), tile.size(dim), most});
  auto shape = std::vector<int64_t>(4, 1);
  shape[static_cast<size_t>(dim)] = extent;
  const auto share = (torch::arange(extent, torch::kFloat64) / static_cast<double>(extent)).view(shape);
  const auto rising = share.to(tile.options()), falling = (1 - share).to(tile.options());
  auto first = tile.narrow(dim, 0, extent);
  first.copy_(before.narrow(dim, before.size(dim) - extent, extent) * falling + first * rising);
}

torch::Tensor in_tiles(const torch::Tensor& x,
                       const Tiles& tiles,
                       const std::function<torch::Tensor(const torch::Tensor&)>& pass) {
  const auto cut = [](const torch::Tensor& whole, int64_t dim, int64_t from, int64_t length) {
    return whole.narrow(dim, from, std::min(length, whole.size(dim) - from));
  };
  std::vector<torch::Tensor> rows, above;
  for (int64_t y = 0; y < x.size(2); y += tiles.stride) {
    std::vector<torch::Tensor> row, kept;
    for (int64_t left = 0; left < x.size(3); left += tiles.stride) {
      auto tile = pass(cut(cut(x, 2, y, tiles.side), 3, left, tiles.side));
      if (!above.empty()) blend(above[row.size()], tile, 2, tiles.blend);
      if (!row.empty()) blend(row.back(), tile, 3, tiles.blend);
      kept.push_back(cut(cut(tile, 2, 0, tiles.kept), 3, 0, tiles.kept));
      row.push_back(std::move(tile));
    }
    rows.push_back(torch::cat(kept, 3));
    above = std::move(row);
  }
  return torch::cat(rows, 2);
}

}  // namespace

int64_t vae_tile(const AutoencoderKLConfig& config) {
  return config.sample_size >= 4 * config.scale() ? config.sample_size : 0;
}

uint64_t decoder_bytes(const AutoencoderKLConfig& config,
                       int64_t height,
                       int64_t width,
                       uint64_t bytes_per_value) {
  // The first block of the last level: what came up from below, its norm, and the block's narrower result.
  const auto& widths = config.block_out_channels;
  const int64_t below = widths[std::min<size_t>(1, widths.size() - 1)];
  return static_cast<uint64_t>((2 * below + widths.front()) * height * width) * bytes_per_value;
}

torch::Tensor encode_in_tiles(AutoencoderKL& vae, const torch::Tensor& pixels) {
  const int64_t tile = vae_tile(vae->config);
  return in_tiles(pixels, tiles_of(tile, tile / vae->config.scale()),
                  [&](const torch::Tensor& x) { return vae->encode_moments(x); });
}

torch::Tensor decode_in_tiles(AutoencoderKL& vae, const torch::Tensor& latents) {
  const int64_t tile = vae_tile(vae->config);
  return in_tiles(latents, tiles_of(tile / vae->config.scale(), tile),
                  [&](const torch::Tensor& x) { return vae->decode(x); });
}

}  // namespace big
