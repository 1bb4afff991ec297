#include <stdexcept>

#include "big/core/text.h"
#include "reader.h"

namespace big::fuzz {

Reader find_reader(const std::string& name) {
  std::vector<std::string> names;
  for (const Reader& reader : readers()) {
    if (reader.name == name) return reader;
    names.push_back(reader.name);
  }
  throw std::invalid_argument("there is no reader '" + name + "'; there are " + join(names, ", "));
}

}  // namespace big::fuzz
