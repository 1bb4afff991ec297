#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace big {

/// Writes beside `path`, fsyncs, renames over it, fsyncs the folder: the old or the new file is there, never
/// half of one. Creates parent folders; keeps the permissions of the file that it replaces. Throws
/// MachineError (disk full, no permission) with `path` untouched and nothing left beside it. Fail point:
/// "write_file.before_rename".
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// A folder under construction, `<target>.partial-<pid>-<n>` beside its target. Fill path(), then commit():
/// every file is fsynced and the folder put in the target's place by one rename; what was there is deleted
/// last. Without commit the destructor deletes it. The next run's clean_leftovers() deletes what a killed run
/// left. Throws MachineError. Fail points: "staged_folder.before_rename", "staged_folder.after_rename".
class StagedFolder {
 public:
  explicit StagedFolder(const std::filesystem::path& target);
  ~StagedFolder();
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;
  const std::filesystem::path& path() const { return staged_; }
  void commit();

 private:
  std::filesystem::path target_, staged_;
};

/// Deletes partial files and folders in `folder` (not below) whose process is gone, and puts back what such a
/// process had moved away without a successor. Never throws.
void clean_leftovers(const std::filesystem::path& folder) noexcept;

/// Bytes free for us on the file system that holds `path` (or its nearest existing parent).
uint64_t free_disk_bytes(const std::filesystem::path& path);

}  // namespace big
