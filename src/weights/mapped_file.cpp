#include "mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

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

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file(path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw InputError(concat(path.string(), ": is no regular file, expected a file of weights"));
  }
  size_ = static_cast<uint64_t>(status.st_size);
  if (size_ == 0) throw InputError(concat(path.string(), ": is empty; get it again"));
  void* address = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.get(), 0);
  if (address == MAP_FAILED) {
    const int reason = errno;
    const std::string what = concat(path.string(), ": cannot be mapped: ", std::strerror(reason));
    if (reason == ENOMEM) throw MachineError(what + "; raise the limit of the address space (ulimit -v)");
    throw InputError(what);
  }
  data_ = static_cast<char*>(address);
}

MappedFile::~MappedFile() { ::munmap(data_, size_); }

}  // namespace big
