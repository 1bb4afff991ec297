#pragma once

#include <c10/core/impl/LocalDispatchKeySet.h>

namespace big {

/// While this lives, tensors that are made empty (as modules make their parameters) lie on the meta device:
/// they have a shape and no memory, so that a model of billions of parameters is built in a moment. For
/// looking at shapes alone: such a module cannot be filled. Of this thread.
class WithoutMemory {
 public:
  WithoutMemory();

 private:
  c10::impl::IncludeDispatchKeyGuard guard_;
};

}  // namespace big
