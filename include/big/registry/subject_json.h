#pragma once

#include <string>

#include "big/core/json.h"
#include "big/registry/registry.h"

namespace big {

/// A subject as registry.json holds it, keys of newer programs included, and back. Throws InputError naming `where`
/// and the key.
Subject subject_from_json(const Json& object, const std::string& where);
OrderedJson subject_to_json(const Subject& subject);

}  // namespace big
