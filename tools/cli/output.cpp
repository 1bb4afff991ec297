#include "cli/output.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <iostream>

#include "big/core/error.h"

namespace big {
namespace {

bool g_json_output = false;

}  // namespace

void print_result(bool json, const std::string& text, const OrderedJson& object) {
  std::cout << (json ? json_line(object) + "\n" : text) << std::flush;
  if (!std::cout) throw MachineError("the result cannot be written to stdout (disk full?)");
}

std::string json_line(const OrderedJson& object) {
  return object.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string shell_word(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c >= 0x80 || std::strchr("._-/+=:@", c) != nullptr;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

void set_json_output(bool json) { g_json_output = json; }

bool json_output() { return g_json_output; }

}  // namespace big
