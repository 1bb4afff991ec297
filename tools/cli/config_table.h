#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/option.h"

namespace big {

/// A key of a TOML file and its value, not yet read by an option.
struct ConfigValue {
  std::string key;
  RawValue raw;
};

/// A table of a TOML file.
struct ConfigTable {
  std::string where;   ///< names it in errors: "pictures.toml:3"
  std::string source;  ///< names it in --print_config: "pictures.toml"
  std::vector<ConfigValue> values;
};

/// The tables [[name]] of a TOML file, which holds nothing else. Throws InputError for a file that is
/// missing, broken (line and column) or holds none, or something else (line and what was expected).
std::vector<ConfigTable> read_config_tables(const std::filesystem::path& file, const std::string& name);

}  // namespace big
