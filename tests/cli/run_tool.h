#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "support/temp_dir.h"

namespace big {

/// Where and how a tool is run; stdin is empty, BIG_MODELS_DIR unset unless named here.
struct ToolPlace {
  std::filesystem::path folder;  ///< working directory; empty: a fresh one
  std::vector<std::pair<std::string, std::string>> environment;
};

/// What came back.
struct ToolRun {
  int code = 0;  ///< exit code, or minus the signal that ended it
  std::string out, err;
};

/// One of the built executables as a running process.
class RunningTool {
 public:
  RunningTool(const std::string& tool,
              const std::vector<std::string>& arguments,
              const ToolPlace& place = {});
  void send(int signal) const;
  /// Waits for the end.
  ToolRun finish();

 private:
  TempDir captured_;
  pid_t pid_ = 0;
};

/// Runs a tool to its end.
ToolRun run_tool(const std::string& tool,
                 const std::vector<std::string>& arguments,
                 const ToolPlace& place = {});

/// The project's source folder (BIG_TEST_SOURCE_DIR).
std::filesystem::path source_dir();
std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, const std::string& text);

}  // namespace big
