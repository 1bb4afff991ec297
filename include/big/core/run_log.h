#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace big {

/// A copy of all that is logged while it lives, whatever level stderr shows (but debug): each line with the time
/// in UTC. In memory at first, so that a run which never begins leaves no file. One at a time.
class RunLog {
 public:
  RunLog();
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  /// Writes what there is and all that follows to `file`, line by line, over an earlier file. Throws MachineError.
  void keep_in(const std::filesystem::path& file);
  /// A line for the copy alone.
  void note(const std::string& line);
  /// All of it so far.
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace big
