#include "big/core/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "big/core/interrupt.h"
#include "file_descriptor.h"
#include "system_error.h"

namespace big {
namespace {

using std::chrono::milliseconds;

FileDescriptor open_lock_file(const std::filesystem::path& path) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (error) throw_system_error("create the folder of this lock", path, error.value());
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  // The lock file of another user: reading is enough to lock it.
  if (fd < 0 && errno == EACCES) fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) throw_system_error("open this lock file", path, errno);
  return FileDescriptor(fd);
}

bool lock_now(int fd, int operation, const std::filesystem::path& path) {
  while (::flock(fd, operation | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw_system_error("lock", path, errno);
  }
  return true;
}

/// The file that we locked is still the one of that name: its last holder may have removed it.
bool is_current(int fd, const std::filesystem::path& path) {
  struct stat ours {};
  struct stat named {};
  return ::fstat(fd, &ours) == 0 && ::stat(path.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
         ours.st_dev == named.st_dev;
}

}  // namespace

std::optional<FileLock> FileLock::try_acquire(const std::filesystem::path& path) {
  // is_held() takes the lock for an instant: only what stays locked is really held.
  constexpr int kTries = 3;
  for (int refused = 0; refused < kTries;) {
    FileDescriptor file = open_lock_file(path);
    if (!lock_now(file.get(), LOCK_EX, path)) {
      ++refused;
      std::this_thread::sleep_for(milliseconds(1));
    } else if (is_current(file.get(), path)) {
      return FileLock(file.release(), path);
    }
  }
  return std::nullopt;
}

FileLock FileLock::acquire(const std::filesystem::path& path, const std::function<void()>& on_wait) {
  bool told = false;
  for (milliseconds pause(1);; pause = std::min(pause * 2, milliseconds(50))) {
    throw_if_interrupted();
    if (auto lock = try_acquire(path)) return std::move(*lock);
    if (!std::exchange(told, true) && on_wait) on_wait();
    std::this_thread::sleep_for(pause);
  }
}

bool FileLock::is_held(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) return false;
    throw_system_error("open this lock file", path, errno);
  }
  return !lock_now(file.get(), LOCK_SH, path);
}

FileLock::FileLock(FileLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), remove_(other.remove_) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(remove_, other.remove_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ < 0) return;
  // While we hold it: afterwards the name may be another's lock.
  if (remove_) ::unlink(path_.c_str());
  ::close(fd_);
}

}  // namespace big
