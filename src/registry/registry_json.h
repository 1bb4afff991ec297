#pragma once

#include <string>

#include "big/core/json.h"
#include "big/registry/registry.h"

namespace big {

/// The registry of a JSON document. Throws InputError naming `where`, the subject and the key.
Registry registry_from_json(const Json& document, const std::string& where);

/// One subject's object, and back. Throws InputError as registry_from_json does.
Subject subject_from_json(const Json& object, const std::string& where);
OrderedJson subject_to_json(const Subject& subject);

/// The JSON document of a registry, keys of newer programs included.
OrderedJson registry_to_json(const Registry& registry);

}  // namespace big
