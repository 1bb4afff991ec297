#include "big/core/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "big/core/fail_point.h"
#include "disk.h"
#include "file_descriptor.h"
#include "partial_name.h"
#include "system_error.h"

namespace big {
namespace {

namespace fs = std::filesystem;

/// Deletes a half-written file unless it became the real one.
struct PartialFile {
  fs::path path;
  ~PartialFile() {
    if (!path.empty()) ::unlink(path.c_str());
  }
};

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_system_error("write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

}  // namespace

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  create_parents(path);
  PartialFile partial{temporary_path(path, TemporaryKind::kPartial)};
  {
    const FileDescriptor file(::open(partial.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file.is_open()) throw_system_error("write", path, errno);
    struct stat before {};
    if (::stat(path.c_str(), &before) == 0 && ::fchmod(file.get(), before.st_mode & 0777) != 0) {
      throw_system_error("set the permissions", path, errno);
    }
    write_all(file.get(), bytes, path);
    if (::fsync(file.get()) != 0) throw_system_error("write", path, errno);
  }
  fail_point("write_file.before_rename");
  if (::rename(partial.path.c_str(), path.c_str()) != 0) throw_system_error("replace", path, errno);
  partial.path.clear();
  sync_path(parent_of(path));
}

StagedFolder::StagedFolder(const fs::path& target) : target_(target) {
  if (!target_.has_filename()) target_ = target_.parent_path();  // "models/x/" names the folder x
  create_parents(target_);
  const fs::path staged = temporary_path(target_, TemporaryKind::kPartial);
  if (::mkdir(staged.c_str(), 0777) != 0) throw_system_error("create this folder", staged, errno);
  staged_ = staged;
}

StagedFolder::~StagedFolder() {
  std::error_code ignored;
  if (!staged_.empty()) fs::remove_all(staged_, ignored);
}

void StagedFolder::commit() {
  sync_tree(staged_);
  fail_point("staged_folder.before_rename");
  const fs::path replaced = put_in_place(staged_, target_);
  staged_ = replaced;  // nothing, or what stood there before: the destructor deletes it
  sync_path(parent_of(target_));
  fail_point("staged_folder.after_rename");
}

void clean_leftovers(const fs::path& folder) noexcept {
  try {
    std::error_code ignored;
    std::vector<fs::path> entries;
    for (fs::directory_iterator it(folder, ignored), end; it != end; it.increment(ignored)) {
      entries.push_back(it->path());
    }
    for (const fs::path& entry : entries) {
      const auto name = parse_temporary_name(entry.filename().string());
      if (!name || fs::exists(fs::path("/proc") / std::to_string(name->process), ignored)) continue;
      const fs::path target = folder / name->target;
      const bool orphaned = name->kind == TemporaryKind::kReplaced && !fs::exists(target, ignored);
      if (orphaned) {
        fs::rename(entry, target, ignored);
      } else {
        fs::remove_all(entry, ignored);
      }
    }
  } catch (const std::exception&) {
    // Out of memory, or names that cannot be converted: leftovers are only untidy.
  }
}

uint64_t free_disk_bytes(const fs::path& path) {
  std::error_code ignored;
  fs::path existing = fs::absolute(path);
  while (!fs::exists(existing, ignored) && existing.has_relative_path()) existing = existing.parent_path();
  struct statvfs disk {};
  if (::statvfs(existing.c_str(), &disk) != 0) throw_system_error("ask for the free space", existing, errno);
  return static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize;
}

}  // namespace big
