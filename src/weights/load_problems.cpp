#include "load_problems.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"
#include "listing.h"

namespace big {
namespace {

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
  if (!misshapen_.empty()) parts.push_back(first_ten(misshapen_));
  if (!missing_.empty()) parts.push_back(concat("missing: ", first_ten(missing_)));
  if (!surplus_.empty()) parts.push_back(concat("not expected: ", first_ten(surplus_)));
  if (!parts.empty()) throw InputError(concat(where, ": ", join(parts, "; "), " (", guess(), ")"));
}

}  // namespace big
