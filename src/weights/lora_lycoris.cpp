// LoHa and LoKr, as LyCORIS writes them (its modules loha.py and lokr.py).
#include <c10/util/accumulate.h>

#include <algorithm>

#include "big/core/text.h"
#include "listing.h"
#include "lora_assembler.h"

namespace big {
namespace {

/// A matrix as a convolution's factor where the weight is a convolution's.
std::vector<int64_t> like_weight(std::vector<int64_t> matrix, const std::vector<int64_t>& weight) {
  if (weight.size() == 4) matrix.insert(matrix.end(), {1, 1});
  return matrix;
}

}  // namespace

/// Outputs [out,r] and inputs [r,in*kh*kw].
LoraAssembler::Pair LoraAssembler::pair(const LoraTensors& found, const PairSlots& slots, const Shape& weight) {
  if (!found.has(slots.outputs) || !found.has(slots.inputs)) {
    problems_.push_back(concat("'", found.a_key(), "' misses one of its factors"));
    return {};
  }
  const auto& [key, inputs] = found.slots.at(slots.inputs);
  const int64_t rank = inputs.dim() > 0 ? inputs.size(0) : 0;
  if (rank < 1) {
    problems_.push_back(concat("'", key, "' has rank 0"));
    return {};
  }
  if (found.has(slots.middle)) return pair_around_middle(found, slots, weight, rank);
  Shape down = weight;
  down[0] = rank;
  // The kernel's cells may stand in one row with the inputs.
  if (inputs.numel() != c10::multiply_integers(down)) {
    misshapen(key, inputs, down);
    return {};
  }
  return {.up = take(found, slots.outputs, like_weight({weight[0], rank}, weight)),
          .down = checked(key, inputs).reshape(down)};
}

/// Outputs [r,out] and inputs [r,in] around a middle [r,r,kh,kw].
LoraAssembler::Pair LoraAssembler::pair_around_middle(const LoraTensors& found,
                                                      const PairSlots& slots,
                                                      const Shape& weight,
                                                      int64_t rank) {
  Shape middle = weight;
  middle[0] = middle[1] = rank;
  Pair pair{.down = take(found, slots.inputs, like_weight({rank, weight[1]}, weight)),
            .mid = take(found, slots.middle, middle)};
  const Shape turned = {rank, weight[0]};
  const auto outputs = take(found, slots.outputs, turned);
  if (outputs.sizes() == turned) pair.up = outputs.t().reshape(like_weight({weight[0], rank}, weight));
  return pair;
}

void LoraAssembler::fill_hadamard(const LoraNames::Layer& layer,
                                  const LoraTensors& found,
                                  LoraModule& result) {
  const Pair first =
      pair(found, {LoraSlot::kHadaW1A, LoraSlot::kHadaW1B, LoraSlot::kHadaT1}, layer.shape);
  const Pair second =
      pair(found, {LoraSlot::kHadaW2A, LoraSlot::kHadaW2B, LoraSlot::kHadaT2}, layer.shape);
  result.up = first.up;
  result.down = first.down;
  result.mid = first.mid;
  result.up_2 = second.up;
  result.down_2 = second.down;
  result.mid_2 = second.mid;
  if (first.rank() > 0) result.alpha = alpha(layer, found, first.rank());
}

/// [a,c], whole or as a product of two of rank `rank`.
torch::Tensor LoraAssembler::outer_factor(const LoraTensors& found, const Shape& weight, int64_t& rank) {
  const auto divides = [&](int64_t a, int64_t c) {
    return a > 0 && c > 0 && weight[0] % a == 0 && weight[1] % c == 0;
  };
  if (found.has(LoraSlot::kLokrW1)) {
    const auto& [key, whole] = found.slots.at(LoraSlot::kLokrW1);
    if (whole.dim() == 2 && divides(whole.size(0), whole.size(1))) return checked(key, whole);
    problems_.push_back(concat("'", key, "' is ", shape_text(whole.sizes()), ", which does not divide the weight ",
                               shape_text(weight)));
    return {};
  }
  const auto& [key, left] = found.slots.at(LoraSlot::kLokrW1A);
  const auto right = found.tensor(LoraSlot::kLokrW1B);
  const bool fits = right.defined() && left.dim() == 2 && right.dim() == 2 && left.size(1) > 0 &&
                    left.size(1) == right.size(0) && divides(left.size(0), right.size(1));
  if (!fits) {
    problems_.push_back(
        concat("'", key, "' and its other half make no factor of the weight ", shape_text(weight)));
    return {};
  }
  rank = left.size(1);
  return checked(key, left).to(torch::kFloat32).mm(checked(key, right).to(torch::kFloat32));
}

/// As a pair of which one side is the identity, the smaller one.
LoraAssembler::Pair LoraAssembler::whole_inner_factor(const LoraTensors& found, const Shape& inner) {
  const auto& [key, tensor] = found.slots.at(LoraSlot::kLokrW2);
  if (tensor.numel() != c10::multiply_integers(inner)) {
    misshapen(key, tensor, inner);
    return {};
  }
  const auto whole = checked(key, tensor).reshape({inner[0], -1});  // [b,d*kh*kw]
  const int64_t rows = whole.size(0), columns = whole.size(1), rank = std::min(rows, columns);
  const auto same = torch::eye(rank);
  Shape down = inner;
  down[0] = rank;
  return {.up = (rows <= columns ? same : whole).reshape(like_weight({rows, rank}, inner)),
          .down = (rows <= columns ? whole : same).reshape(down)};
}

void LoraAssembler::fill_kronecker(const LoraNames::Layer& layer,
                                   const LoraTensors& found,
                                   LoraModule& result) {
  int64_t rank = 0;  // of what is a product of two; 0: both factors are whole, and alpha does not count
  result.outer = outer_factor(found, layer.shape, rank);
  if (!result.outer.defined()) return;
  Shape inner = layer.shape;
  inner[0] /= result.outer.size(0);
  inner[1] /= result.outer.size(1);
  const bool is_whole = found.has(LoraSlot::kLokrW2);
  const Pair factor =
      is_whole ? whole_inner_factor(found, inner)
               : pair(found, {LoraSlot::kLokrW2A, LoraSlot::kLokrW2B, LoraSlot::kLokrT2}, inner);
  if (factor.rank() == 0) return;
  result.up = factor.up;
  result.down = factor.down;
  result.mid = factor.mid;
  if (!is_whole) rank = factor.rank();
  const double scale = rank > 0 ? alpha(layer, found, rank) / static_cast<double>(rank) : 1;
  result.alpha = scale * static_cast<double>(result.rank());
}

}  // namespace big
