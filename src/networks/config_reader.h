#pragma once

#include <string>
#include <vector>

#include "big/core/json.h"

namespace big {

/// Throws InputError naming key and value unless the key is absent or holds one of `allowed`. Reads `config`
/// itself, the object that `view` looks at: null is a value here, by which some keys mean "leave this part
/// out".
void require_one_of(const JsonView& view,
                    const Json& config,
                    const std::string& key,
                    const std::vector<Json>& allowed);

/// An integer within [least, most], `fallback` where the key is absent.
int64_t bounded(const JsonView& view, const std::string& key, int64_t fallback, int64_t least, int64_t most);

/// The same for a number that need not be whole.
double bounded_number(const JsonView& view, const std::string& key, double fallback, double least, double most);

/// block_out_channels, the width of each level: 1 to kMaxLevels of them, each within [1, kMaxWidth].
std::vector<int64_t> level_widths(const JsonView& view, const std::vector<int64_t>& fallback);

/// One integer a level within [1, most]: from a list of that length, or one number for all.
std::vector<int64_t> per_level(
    const JsonView& view, const std::string& key, int64_t fallback, size_t levels, int64_t most);

/// A side in cells or pixels: a number, or [h,w] with h = w; `fallback` where absent or null.
int64_t square_size(const JsonView& view, const std::string& key, int64_t fallback);

/// `key` must divide into groups; throws InputError saying which width does not.
void require_divisible(const JsonView& view,
                       const std::string& key,
                       const std::vector<int64_t>& widths,
                       int64_t divisor);

// Wider, deeper or longer than any published model; keeps a damaged config from asking for all memory.
inline constexpr int64_t kMaxWidth = 1 << 14;
inline constexpr int64_t kMaxLayers = 128;
inline constexpr size_t kMaxLevels = 8;
// What a norm adds to a variance, which is about 1.
inline constexpr double kMaxEps = 1;

}  // namespace big
