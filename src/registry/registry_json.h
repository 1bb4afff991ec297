#pragma once

#include <string>

#include "big/core/json.h"
#include "big/registry/registry.h"
#include "big/registry/subject_json.h"

namespace big {

/// The registry of a JSON document. Throws InputError naming `where`, the subject and the key.
Registry registry_from_json(const Json& document, const std::string& where);

/// The JSON document of a registry, keys of newer programs included.
OrderedJson registry_to_json(const Registry& registry);

}  // namespace big
