#include "load_problems.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/excerpt.h"
#include "big/core/text.h"

namespace big {
namespace {

constexpr size_t kShown = 10;
/// A file may name its tensors as it likes.
constexpr size_t kLongestItem = 160;

std::string shape_text(c10::IntArrayRef shape) {
  std::vector<std::string> sizes;
  for (const int64_t size : shape) sizes.push_back(std::to_string(size));
  return concat("[", join(sizes, ","), "]");
}

std::string list(const std::vector<std::string>& items) {
  std::vector<std::string> shown;
  for (size_t i = 0; i < std::min(items.size(), kShown); ++i)
    shown.push_back(excerpt(items[i], kLongestItem));
  std::string text = join(shown, ", ");
  if (items.size() > shown.size()) text += concat(" and ", items.size() - shown.size(), " more");
  return text;
}

/// What kind of model has another shape there.
std::string guess_from_shape(const std::string& name, c10::IntArrayRef found, c10::IntArrayRef expected) {
  if (name == "conv_in.weight" && found.size() == 4) {
    if (found[1] == 9) return "an inpainting model?";
    if (found[1] == 8) return "a picture-editing model?";
  }
  if (name.find("attn2.to_k") != std::string::npos && found.size() == 2 && expected.size() == 2) {
    return concat("weights for text embeddings of width ", found[1], ", the config says ", expected[1]);
  }
  return "";
}

bool any_contains(const std::vector<std::string>& names, std::string_view part) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return name.find(part) != std::string::npos; });
}

}  // namespace

void LoadProblems::misshapen(const std::string& name, c10::IntArrayRef found, c10::IntArrayRef expected) {
  misshapen_.push_back(concat("'", name, "' is ", shape_text(found), ", expected ", shape_text(expected)));
  if (shape_guess_.empty()) shape_guess_ = guess_from_shape(name, found, expected);
}

std::string LoadProblems::guess() const {
  if (!shape_guess_.empty()) return shape_guess_;
  if (any_contains(surplus_, "lora")) return "a LoRA file, which belongs on top of a model?";
  if (any_contains(surplus_, "model.diffusion_model."))
    return "a whole model in one file, where one part is expected?";
  if (any_contains(surplus_, "add_embedding.")) return "an SDXL model?";
  if (any_contains(surplus_, "visual_projection") || any_contains(surplus_, "vision_model.")) {
    return "the whole of CLIP, where its text half is expected?";
  }
  if (!missing_.empty() && surplus_.empty()) return "an incomplete file?";
  if (misshapen_.empty() && missing_.empty()) return "config.json of a smaller model?";
  return "config.json and weights of different models?";
}

void LoadProblems::throw_if_any(const std::string& where) const {
  std::vector<std::string> parts;
  if (!misshapen_.empty()) parts.push_back(list(misshapen_));
  if (!missing_.empty()) parts.push_back(concat("missing: ", list(missing_)));
  if (!surplus_.empty()) parts.push_back(concat("not expected: ", list(surplus_)));
  if (!parts.empty()) throw InputError(concat(where, ": ", join(parts, "; "), " (", guess(), ")"));
}

}  // namespace big
