#pragma once

#include <filesystem>
#include <string>

namespace big::fuzz {

/// Writes an input to FOLDER/READER-HASH and returns the path.
std::filesystem::path keep(const std::filesystem::path& folder,
                           const std::string& reader,
                           const std::string& input);

/// While it lives: what ends the process (a signal, a sanitizer, a hang of kMostSeconds) leaves the input
/// that was being read in FOLDER/READER-crash. One at a time.
class CrashKeeper {
 public:
  CrashKeeper(const std::filesystem::path& folder, const std::string& reader);
  ~CrashKeeper();
  CrashKeeper(const CrashKeeper&) = delete;
  CrashKeeper& operator=(const CrashKeeper&) = delete;
  /// `input` must live until the next call.
  void about_to_read(const std::string& input);

  /// Processor time after which a reader hangs.
  static constexpr int kMostSeconds = 20;
};

}  // namespace big::fuzz
