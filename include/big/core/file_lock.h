#pragma once

#include <filesystem>
#include <functional>
#include <optional>

namespace big {

/// An exclusive lock on a lock file (flock): the kernel drops it when the process ends, however it ends.
/// Creates file and parents. The file is never the data itself; it stays behind, empty, unless
/// remove_on_release(). Throws MachineError where the lock file cannot be opened.
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

  /// Deletes the lock file when the lock is released, for locks with names without end. Whoever waits for it
  /// meanwhile notices and takes the next file of that name.
  void remove_on_release() { remove_ = true; }

 private:
  FileLock(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
  int fd_ = -1;
  std::filesystem::path path_;
  bool remove_ = false;
};

}  // namespace big
