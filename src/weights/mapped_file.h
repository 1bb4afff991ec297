#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace big {

/// A file's bytes in memory, private and writable: tensors may be trained in place, a written page becomes a
/// copy of this process's own and never reaches the file.
class MappedFile {
 public:
  /// Throws InputError where there is no regular file to read.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  char* data() const { return data_; }
  uint64_t size() const { return size_; }
  std::string_view bytes() const { return {data_, size_}; }

 private:
  char* data_ = nullptr;
  uint64_t size_ = 0;
};

}  // namespace big
