#include "pickle_opcodes.h"

#include <map>
#include <string_view>

#include "big/core/text.h"

namespace big {

std::string refused_opcode_name(uint8_t opcode) {
  static const std::map<uint8_t, std::string_view> kNames = {
      {'I', "INT"},
      {'L', "LONG"},
      {'S', "STRING"},
      {'V', "UNICODE"},
      {'F', "FLOAT"},
      {'P', "PERSID"},
      {'i', "INST"},
      {'o', "OBJ"},
      {'0', "POP"},
      {'1', "POP_MARK"},
      {'2', "DUP"},
      {'g', "GET"},
      {'p', "PUT"},
      {'d', "DICT"},
      {'l', "LIST"},
      {0x82, "EXT1"},
      {0x83, "EXT2"},
      {0x84, "EXT4"},
      {0x8b, "LONG4"},
      {'B', "BINBYTES"},
      {'C', "SHORT_BINBYTES"},
      {0x8c, "SHORT_BINUNICODE"},
      {0x8d, "BINUNICODE8"},
      {0x8e, "BINBYTES8"},
      {0x8f, "EMPTY_SET"},
      {0x90, "ADDITEMS"},
      {0x91, "FROZENSET"},
      {0x92, "NEWOBJ_EX"},
      {0x93, "STACK_GLOBAL"},
      {0x94, "MEMOIZE"},
      {0x95, "FRAME"},
      {0x96, "BYTEARRAY8"},
      {0x97, "NEXT_BUFFER"},
      {0x98, "READONLY_BUFFER"},
  };
  const auto found = kNames.find(opcode);
  return found == kNames.end() ? concat("number ", int{opcode}) : std::string(found->second);
}

}  // namespace big
