#pragma once

#include <optional>

#include "big/weights/stored_model.h"
#include "name_table.h"

namespace big {

/// What becomes of a tensor under a part's prefix that the part's table does not know.
enum class UnknownNames {
  kSurplus,  ///< it belongs to the part under its own name (and loading will say that it is too much)
  kExtra     ///< published files have such tensors: it belongs to no part
};

/// Where and how a single file keeps one part.
struct PartLayout {
  std::string part, prefix;
  NameTable names;
  UnknownNames unknown = UnknownNames::kSurplus;
};

inline constexpr const char* kUNetPrefix = "model.diffusion_model.";

/// The layouts of a model's parts in the file at hand: text encoders have several, the prefix tells which.
std::vector<PartLayout> layouts_in_file(const ModelConfigs& configs, const TensorFile& file);

/// The layouts that the web UIs expect of such a model. Throws InputError where they know none.
std::vector<PartLayout> layouts_to_write(const ModelConfigs& configs, const std::string& where);

}  // namespace big
