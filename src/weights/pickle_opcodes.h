#pragma once

#include <cstdint>
#include <string>

namespace big {

/// Python's name (pickletools.py) of an opcode that the pickle machine refuses, "number 255" where it is none.
std::string refused_opcode_name(uint8_t opcode);

}  // namespace big
