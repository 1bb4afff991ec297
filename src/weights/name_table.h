#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "big/weights/stored_tensor.h"

namespace big {

/// Where one tensor goes under the other convention.
struct MappedName {
  std::string name;
  TensorForm form = TensorForm::kSame;
};

/// Names of one part in diffusers' files and in single files, by the paths of the modules that hold them:
/// what follows a path in a name stays. Both directions come from the same rows.
class NameTable {
 public:
  /// `diffusers` and `single` are paths of modules or whole names. Several diffusers names may share a single
  /// one (the thirds of an attention's projections).
  void add(const std::string& diffusers, const std::string& single, TensorForm form = TensorForm::kSame);
  /// The same for a single file's name that is read but never written.
  void accept(const std::string& diffusers, const std::string& single);
  /// The name in a single file; nothing where no row fits.
  std::optional<MappedName> to_single_file(const std::string& diffusers) const;
  /// What diffusers makes of a single file's tensor: nothing, one, or three.
  std::vector<MappedName> to_diffusers(const std::string& single) const;

 private:
  std::map<std::string, MappedName> single_;                  // by diffusers' path
  std::map<std::string, std::vector<MappedName>> diffusers_;  // by the single file's path
};

}  // namespace big
