#include "big/networks/without_memory.h"

#include <torch/library.h>

namespace big {
namespace {

at::Tensor empty_on_meta(c10::SymIntArrayRef size,
                         std::optional<at::ScalarType> dtype,
                         std::optional<at::Layout> layout,
                         std::optional<at::Device>,
                         std::optional<bool> pin_memory,
                         std::optional<at::MemoryFormat> memory_format) {
  const c10::impl::ExcludeDispatchKeyGuard outside(c10::DispatchKey::DeferredInit);
  return at::empty_symint(size, dtype, layout, at::kMeta, pin_memory, memory_format);
}

// libtorch keeps this dispatch key for building modules late; nobody else in this program uses it.
TORCH_LIBRARY_IMPL(aten, DeferredInit, library) { library.impl("empty.memory_format", empty_on_meta); }
TORCH_LIBRARY_IMPL(_, DeferredInit, library) { library.fallback(torch::CppFunction::makeFallthrough()); }

}  // namespace

WithoutMemory::WithoutMemory() : guard_(c10::DispatchKey::DeferredInit) {}

}  // namespace big
