#pragma once

#include <string>

#include "big/modules/named_tensors.h"

namespace big {

/// Puts `tensors` at the end of `all`, with `prefix` before their names.
void append(const std::string& prefix, const NamedTensors& tensors, NamedTensors& all);

/// Those of `all` whose names begin with `prefix`, without it.
NamedTensors with_prefix(const std::string& prefix, const NamedTensors& all);

/// Copies on the CPU that nobody else holds.
NamedTensors copies_of(const NamedTensors& tensors);

/// Writes `from` into the tensors `to` of the same names. Throws InputError where one is missing or of another shape;
/// `what` they are, for its message.
void copy_named(const NamedTensors& from, const NamedTensors& to, const std::string& what);

}  // namespace big
