#include "disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "file_descriptor.h"
#include "partial_name.h"
#include "system_error.h"

namespace big {

namespace fs = std::filesystem;

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

void create_parents(const fs::path& path) {
  std::error_code error;
  const fs::path parent = parent_of(path);
  fs::create_directories(parent, error);
  if (error) throw_system_error("create this folder", parent, error.value());
}

void sync_path(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  // What we may not read (a hard link to another's file) is not ours to write out.
  if (!file.is_open() && errno == EACCES) return;
  if (!file.is_open()) throw_system_error("open", path, errno);
  // EINVAL: some file systems have nothing to write out for folders.
  if (::fsync(file.get()) != 0 && errno != EINVAL) throw_system_error("write out", path, errno);
}

void sync_tree(const fs::path& folder) {
  try {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const fs::file_status status = entry.symlink_status();
      if (fs::is_regular_file(status) || fs::is_directory(status)) sync_path(entry.path());
    }
  } catch (const fs::filesystem_error& e) {
    throw_system_error("list", folder, e.code().value());
  }
  sync_path(folder);
}

fs::path put_in_place(const fs::path& staged, const fs::path& target) {
  if (::renameat2(AT_FDCWD, staged.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (::renameat2(AT_FDCWD, staged.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) return staged;
  if (errno != EINVAL && errno != ENOSYS && errno != ENOENT) throw_system_error("replace", target, errno);

  // A file system without these two (NFS, FUSE): move the old away, and back if the new one cannot come.
  const fs::path replaced = temporary_path(target, TemporaryKind::kReplaced);
  const bool had_target = ::rename(target.c_str(), replaced.c_str()) == 0;
  if (!had_target && errno != ENOENT) throw_system_error("move away", target, errno);
  if (::rename(staged.c_str(), target.c_str()) != 0) {
    const int code = errno;
    if (had_target) ::rename(replaced.c_str(), target.c_str());
    throw_system_error("replace", target, code);
  }
  return had_target ? replaced : fs::path();
}

}  // namespace big
