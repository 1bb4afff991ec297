#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace big {

/// The text of a prompt in each of `steps` denoising steps:
///   [a:b:10]   a, after 10 steps b          [a:b:0.5]  b after half of the steps (a number with a point)
///   [b:10]     b after 10 steps             [a::10]    a until then
///   [a|b|c]    one after the other, a step each
/// Nested at will; what is no such bracket, weights among it, stays as it stands. Counted as the web UIs do,
/// whose first step is number 0 and drawn with the text of number 1. A pass after another of `earlier_steps`
/// goes on from there, as the web UIs' second pass does: shares from 1 to 2 are its own, alternation begins anew.
std::vector<std::string> texts_of_steps(const std::string& prompt, int64_t steps, int64_t earlier_steps = 0);

/// The text at one number as the web UIs' prompt parser counts, 1 to `steps`.
std::string text_at(const std::string& prompt, int64_t number, int64_t steps, int64_t earlier_steps = 0);

}  // namespace big
