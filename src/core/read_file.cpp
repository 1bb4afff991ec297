#include "big/core/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "big/core/duration.h"
#include "big/core/error.h"
#include "big/core/text.h"
#include "file_descriptor.h"

namespace big {
namespace {

[[noreturn]] void throw_unreadable(const std::string& where, int code) {
  throw InputError(concat(where, ": cannot be read: ", std::generic_category().message(code)));
}

/// As many of the next `size` bytes as the file has.
std::string read_up_to(int fd, uint64_t size, const std::string& where) {
  std::string bytes(size, '\0');
  uint64_t filled = 0;
  while (filled < size) {
    const ssize_t count = ::read(fd, bytes.data() + filled, size - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_unreadable(where, errno);
    if (count == 0) break;
    filled += static_cast<uint64_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

std::string read_file(const std::filesystem::path& path, uint64_t max_bytes) {
  const std::string where = printable(path.string());
  // Kind and size are asked of the opened file, never of the name: another process may put a new file under the
  // name at any moment, and ours must then be read as long as it is. Without O_NONBLOCK a pipe would wait for a writer.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open() && (errno == ENOENT || errno == ENOTDIR)) throw InputError(where + ": there is no such file");
  if (!file.is_open() && errno != ENXIO && errno != ENODEV) throw_unreadable(where, errno);
  struct stat found {};
  if (file.is_open() && ::fstat(file.get(), &found) != 0) throw_unreadable(where, errno);
  if (!S_ISREG(found.st_mode)) {
    throw InputError(where + ": is no regular file; expected one that can be read from start to end");
  }
  const auto size = static_cast<uint64_t>(found.st_size);
  if (size > max_bytes) {
    throw InputError(
        concat(where, ": has ", format_bytes(size), ", expected at most ", format_bytes(max_bytes)));
  }
  std::string bytes = read_up_to(file.get(), size, where);
  if (bytes.size() != size) {
    throw InputError(concat(where, ": ended after ", bytes.size(), " bytes, expected ", size,
                            "; check that nothing is writing to it"));
  }
  return bytes;
}

}  // namespace big
