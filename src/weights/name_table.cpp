#include "name_table.h"

namespace big {
namespace {

/// Calls `found(row, rest)` for the row of the longest path that `name` begins with.
template <class Rows, class Found>
void find_longest(const Rows& rows, const std::string& name, const Found& found) {
  for (size_t end = name.size(); end != std::string::npos && end > 0; end = name.rfind('.', end - 1)) {
    if (const auto row = rows.find(name.substr(0, end)); row != rows.end())
      return found(row->second, name.substr(end));
  }
}

}  // namespace

void NameTable::add(const std::string& diffusers, const std::string& single, TensorForm form) {
  single_[diffusers] = {single, form};
  diffusers_[single].push_back({diffusers, form});
}

void NameTable::accept(const std::string& diffusers, const std::string& single) {
  diffusers_[single].push_back({diffusers, TensorForm::kSame});
}

std::optional<MappedName> NameTable::to_single_file(const std::string& diffusers) const {
  std::optional<MappedName> result;
  find_longest(single_, diffusers, [&](const MappedName& row, const std::string& rest) {
    result = MappedName{row.name + rest, row.form};
  });
  return result;
}

std::vector<MappedName> NameTable::to_diffusers(const std::string& single) const {
  std::vector<MappedName> results;
  find_longest(diffusers_, single, [&](const std::vector<MappedName>& rows, const std::string& rest) {
    for (const auto& row : rows) results.push_back({row.name + rest, row.form});
  });
  return results;
}

}  // namespace big
