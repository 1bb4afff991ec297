#pragma once

#include "pickle.h"

namespace big {

/// What a pickle may ask to be called, and what comes of it: storages and tensors, ordered dictionaries, and
/// inert objects for the few classes that checkpoints in the wild hold beside their tensors. Throws
/// std::invalid_argument saying what is wrong ("calls 'os.system'"). The result takes little memory of its
/// own but for a dictionary's items.
PickleValue call_global(const Pickle& pickle, PickleRef callee, PickleRef arguments);

/// What stands for ("storage", type, key, location, count) in torch's pickles. Throws std::invalid_argument.
PickleValue persistent_storage(const Pickle& pickle, PickleRef id);

}  // namespace big
