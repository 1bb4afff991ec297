#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <torch/torch.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/weights/safetensors.h"
#include "safetensors_header.h"

namespace big {
namespace {

static_assert(std::endian::native == std::endian::little,
              "safetensors data is little-endian and used in place");

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // safetensors' own limit

/// A file descriptor that closes itself. Opening does not wait for the other end of a pipe.
class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
    if (fd_ < 0) throw InputError(concat(path.string(), ": cannot be opened: ", std::strerror(errno)));
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

struct SafetensorsFile::Mapping {
  explicit Mapping(const std::filesystem::path& path) {
    const Descriptor file(path);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
      throw InputError(concat(path.string(), ": is not a file"));
    }
    size = static_cast<uint64_t>(status.st_size);
    if (size < kLengthBytes + 2)
      throw InputError(concat(path.string(), ": is too short for a safetensors file"));
    // Private and writable: tensors may be trained in place. A written page becomes a copy of this process's
    // own.
    void* address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.get(), 0);
    if (address == MAP_FAILED)
      throw InputError(concat(path.string(), ": cannot be mapped: ", std::strerror(errno)));
    data = static_cast<char*>(address);
  }
  ~Mapping() { ::munmap(data, size); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  char* data = nullptr;
  uint64_t size = 0;
};

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : path_(path), mapping_(std::make_shared<Mapping>(path)) {
  uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, mapping_->data, kLengthBytes);
  const uint64_t rest = mapping_->size - kLengthBytes;
  if (header_bytes > kMaxHeaderBytes || header_bytes > rest) {
    throw InputError(concat(path.string(), ": says its header has ", header_bytes, " bytes, the file has ",
                            rest, " after the length: not a safetensors file, or cut short"));
  }
  data_offset_ = kLengthBytes + header_bytes;
  auto header = parse_safetensors_header({mapping_->data + kLengthBytes, header_bytes}, rest - header_bytes,
                                         path.string());
  entries_ = std::move(header.entries);
  metadata_ = std::move(header.metadata);
}

torch::Tensor SafetensorsFile::tensor(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) throw InputError(concat(path_.string(), ": has no tensor '", name, "'"));
  const Entry& entry = found->second;
  const auto options = torch::TensorOptions().dtype(entry.dtype);
  if (entry.begin == entry.end) return torch::empty(entry.shape, options);
  char* data = mapping_->data + data_offset_ + entry.begin;
  if (reinterpret_cast<uintptr_t>(data) % c10::elementSize(entry.dtype) != 0) {
    // Writers other than Python's may not pad their header; unaligned numbers must not be read in place.
    auto copy = torch::empty(entry.shape, options);
    std::memcpy(copy.data_ptr(), data, entry.end - entry.begin);
    return copy;
  }
  return torch::from_blob(
      data, entry.shape, [mapping = mapping_](void*) {}, options);
}

}  // namespace big
