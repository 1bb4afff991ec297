#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace big {

/// An exclusive lock on a lock file (flock): the kernel drops it when the process ends, however it ends.
/// Creates file and parents. The file stays behind, empty or with the owner's note; it is never the data
/// itself.
class FileLock {
 public:
  /// Takes the lock if it is free.
  static std::optional<FileLock> try_acquire(const std::filesystem::path& path);
  /// Waits for the lock (checking for signals); `on_wait` is called once if it must wait.
  static FileLock acquire(const std::filesystem::path& path, const std::function<void()>& on_wait = {});
  /// Some process (this one included) holds the lock.
  static bool is_held(const std::filesystem::path& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace big
