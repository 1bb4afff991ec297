#include "pickle_opcodes.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "big/core/text.h"

namespace big {
namespace {

struct Opcode {
  int code;
  std::string_view name;
};

constexpr std::array kRefused = {
    Opcode{'I', "INT"},
    Opcode{'L', "LONG"},
    Opcode{'S', "STRING"},
    Opcode{'V', "UNICODE"},
    Opcode{'F', "FLOAT"},
    Opcode{'P', "PERSID"},
    Opcode{'i', "INST"},
    Opcode{'o', "OBJ"},
    Opcode{'0', "POP"},
    Opcode{'1', "POP_MARK"},
    Opcode{'2', "DUP"},
    Opcode{'g', "GET"},
    Opcode{'p', "PUT"},
    Opcode{'d', "DICT"},
    Opcode{'l', "LIST"},
    Opcode{0x82, "EXT1"},
    Opcode{0x83, "EXT2"},
    Opcode{0x84, "EXT4"},
    Opcode{0x8b, "LONG4"},
    Opcode{'B', "BINBYTES"},
    Opcode{'C', "SHORT_BINBYTES"},
    Opcode{0x8c, "SHORT_BINUNICODE"},
    Opcode{0x8d, "BINUNICODE8"},
    Opcode{0x8e, "BINBYTES8"},
    Opcode{0x8f, "EMPTY_SET"},
    Opcode{0x90, "ADDITEMS"},
    Opcode{0x91, "FROZENSET"},
    Opcode{0x92, "NEWOBJ_EX"},
    Opcode{0x93, "STACK_GLOBAL"},
    Opcode{0x94, "MEMOIZE"},
    Opcode{0x95, "FRAME"},
    Opcode{0x96, "BYTEARRAY8"},
    Opcode{0x97, "NEXT_BUFFER"},
    Opcode{0x98, "READONLY_BUFFER"},
};

}  // namespace

std::string refused_opcode_name(uint8_t opcode) {
  const auto found =
      std::find_if(kRefused.begin(), kRefused.end(), [&](const Opcode& one) { return one.code == opcode; });
  return found == kRefused.end() ? concat("number ", int{opcode}) : std::string(found->name);
}

}  // namespace big
