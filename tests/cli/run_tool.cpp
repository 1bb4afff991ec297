#include "cli/run_tool.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace big {
namespace {

/// Of processor time: a tool that goes round and round fails its own test, not the whole program's.
constexpr rlim_t kMostSeconds = 200;

std::string environment_of(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr)
    throw std::runtime_error(std::string(name) + " is not set: run the test through ctest");
  return value;
}

void redirect(const std::string& file, int flags, int descriptor) {
  const int opened = open(file.c_str(), flags, 0600);
  if (opened < 0 || dup2(opened, descriptor) < 0) _exit(99);
}

}  // namespace

RunningTool::RunningTool(const std::string& tool,
                         const std::vector<std::string>& arguments,
                         const ToolPlace& place) {
  const std::string executable = environment_of("BIG_TEST_BINARY_DIR") + "/bin/" + tool;
  const std::string folder = place.folder.empty() ? captured_.path().string() : place.folder.string();
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ > 0) return;
  redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  redirect(captured_.path() / "out", O_WRONLY | O_CREAT, STDOUT_FILENO);
  redirect(captured_.path() / "err", O_WRONLY | O_CREAT, STDERR_FILENO);
  if (chdir(folder.c_str()) != 0) _exit(99);
  const rlimit seconds{kMostSeconds, kMostSeconds};
  if (setrlimit(RLIMIT_CPU, &seconds) != 0) _exit(99);
  unsetenv("BIG_MODELS_DIR");
  for (const auto& [name, value] : place.environment) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> argv = {const_cast<char*>(executable.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(executable.c_str(), argv.data());
  _exit(99);
}

void RunningTool::send(int signal) const { kill(pid_, signal); }

ToolRun RunningTool::finish() {
  int status = 0;
  waitpid(pid_, &status, 0);
  const int code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  return {code, read_file(captured_.path() / "out"), read_file(captured_.path() / "err")};
}

ToolRun run_tool(const std::string& tool, const std::vector<std::string>& arguments, const ToolPlace& place) {
  return RunningTool(tool, arguments, place).finish();
}

std::filesystem::path source_dir() { return environment_of("BIG_TEST_SOURCE_DIR"); }

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_file(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace big
