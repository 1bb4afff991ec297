#include "memory_watch.h"

#include <sys/resource.h>

#include <atomic>
#include <fstream>
#include <stdexcept>

#if defined(__SANITIZE_ADDRESS__)
// Of the sanitizers' allocator_interface.h, which GCC does not install.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_allocate)(const volatile void*, size_t),
                                                         void (*on_free)(const volatile void*));
extern "C" size_t __sanitizer_get_allocated_size(const volatile void* pointer);
#endif

namespace big::fuzz {
namespace {

std::atomic<int64_t> held{0}, highest{0};

#if defined(__SANITIZE_ADDRESS__)
void on_allocate(const volatile void*, size_t size) {
  const int64_t now = held += static_cast<int64_t>(size);
  if (now > highest) highest = now;
}

void on_free(const volatile void* pointer) {
  held -= static_cast<int64_t>(__sanitizer_get_allocated_size(pointer));
}
#endif

}  // namespace

MemoryWatch::MemoryWatch() {
#if defined(__SANITIZE_ADDRESS__)
  static const bool installed = __sanitizer_install_malloc_and_free_hooks(on_allocate, on_free) != 0;
  if (!installed) throw std::runtime_error("the address sanitizer takes no allocation hooks");
#endif
}

void MemoryWatch::start() {
  held = 0;
  highest = 0;
}

uint64_t MemoryWatch::peak() const { return static_cast<uint64_t>(highest.load()); }

void limit_address_space(uint64_t bytes) {
#if !defined(__SANITIZE_ADDRESS__)
  // The first number of statm: pages of address space.
  uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  constexpr uint64_t kPageBytes = 4096;
  const rlimit limit{pages * kPageBytes + bytes, RLIM_INFINITY};
  if (::setrlimit(RLIMIT_AS, &limit) != 0) throw std::runtime_error("the address space cannot be limited");
#else
  static_cast<void>(bytes);
#endif
}

}  // namespace big::fuzz
