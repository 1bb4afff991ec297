#include "word_scores.h"

#include <ATen/ops/cdist.h>

#include <algorithm>

namespace big {
namespace {

/// Where all is alike (a pool of one word) nothing is far: no division by zero.
constexpr double kLeast = 1e-12;

}  // namespace

std::vector<WordScore> score_words(const torch::Tensor& words, const torch::Tensor& pool, const torch::Tensor& used) {
  if (words.size(0) == 0) return {};
  // Differences of near states in fp32 would be noise.
  const auto fp64 = [](const torch::Tensor& states) { return states.to(torch::kFloat64); };
  const auto centre = fp64(pool).mean(0);
  const auto pool_from_centre = (fp64(pool) - centre).norm(2, 1);  // [m]
  const double usual = std::max(pool_from_centre.median().item<double>(), kLeast);
  const auto from_centre = (fp64(words) - centre).norm(2, 1);  // [n]
  const double usual_pair = std::max(at::cdist(fp64(pool), fp64(pool)).median().item<double>(), kLeast);
  const auto nearest =
      used.defined() ? std::get<0>(at::cdist(fp64(words), fp64(used)).min(1)) : torch::Tensor();  // [n]

  std::vector<WordScore> scores(static_cast<size_t>(words.size(0)));
  for (size_t i = 0; i < scores.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    const double known = from_centre[row].item<double>();
    scores[i].familiarity = known / usual;
    scores[i].score = pool_from_centre.gt(known).to(torch::kFloat64).mean().item<double>();
    if (!nearest.defined()) continue;
    scores[i].distance = nearest[row].item<double>() / usual_pair;
    scores[i].score *= std::min(1.0, *scores[i].distance);
  }
  return scores;
}

}  // namespace big
