#pragma once

#include <string>

#include "big/core/json.h"

namespace big {

/// Prints a tool's result on stdout: the text, or the JSON object on one line where JSON was asked for.
void print_result(bool json, const std::string& text, const OrderedJson& object);

/// JSON as the tools print it: one line; bytes that are no UTF-8 (a file's name) become U+FFFD.
std::string json_line(const OrderedJson& object);

/// `text` as one word of a POSIX shell, quoted where it must be.
std::string shell_word(const std::string& text);

/// Whether errors are to be reported as JSON on stdout; run_guarded() starts from the flag on the command
/// line.
void set_json_output(bool json);
bool json_output();

}  // namespace big
