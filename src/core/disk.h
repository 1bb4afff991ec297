#pragma once

#include <filesystem>

namespace big {

/// The folder that holds `path`: "." for a bare name.
std::filesystem::path parent_of(const std::filesystem::path& path);

/// Creates the folders above `path`. Throws MachineError.
void create_parents(const std::filesystem::path& path);

/// Makes a file's bytes or a folder's names survive a power cut. Throws MachineError (a full disk shows here
/// too).
void sync_path(const std::filesystem::path& path);

/// sync_path() of everything in `folder` and of itself; symbolic links are not followed.
void sync_tree(const std::filesystem::path& folder);

/// Renames folder `staged` to `target`. Returns where the thing now is that stood there (to be deleted), or
/// an empty path. Whole at every moment: a swap by the kernel, or, where the file system knows none, a name
/// that clean_leftovers() puts back. Throws MachineError with both where they were.
std::filesystem::path put_in_place(const std::filesystem::path& staged, const std::filesystem::path& target);

}  // namespace big
