// Linked into each program that uses libtorch. Its OpenMP threads then spin only for moments while they wait for each
// other and sleep after that: GOMP_SPINCOUNT=2000, unless the person has set that or OMP_WAIT_POLICY.
// Threads that spin on starve other programs and each other, threads that sleep at once wake too late. One update of
// the starter with 2 + 2 pictures on 2 threads of 2 cores, idle / beside 4 busy programs: libgomp's own 0.075 / 1.0 s,
// 10000 turns 0.075 / 1.9 s, 2000 0.080 / 0.53 s, asleep at once 0.145 / 0.44 s.
#include <unistd.h>

#include <array>
#include <climits>
#include <cstring>
#include <vector>

namespace {

bool is_set(char** environment, const char* name) {
  const size_t length = std::strlen(name);
  for (; *environment != nullptr; ++environment)
    if (std::strncmp(*environment, name, length) == 0 && (*environment)[length] == '=') return true;
  return false;
}

/// Starts the program anew with the spin count in its environment. Returns where that is settled already or cannot be.
void sleep_while_waiting(int /*argc*/, char** argv, char** environment) {
  if (is_set(environment, "GOMP_SPINCOUNT") || is_set(environment, "OMP_WAIT_POLICY")) return;
  // The real path, so that process lists show the tool and not "exe".
  std::array<char, PATH_MAX + 1> program{};
  if (readlink("/proc/self/exe", program.data(), PATH_MAX) <= 0) return;
  std::vector<char*> more;
  for (char** variable = environment; *variable != nullptr; ++variable) more.push_back(*variable);
  char setting[] = "GOMP_SPINCOUNT=2000";
  more.push_back(setting);
  more.push_back(nullptr);
  execve(program.data(), argv, more.data());
}

// libgomp reads its environment when it is loaded, before main. This array runs before any library's own start, which
// for libtorch takes 0.25 s; the C library's environment is not there yet either (setenv would be forgotten).
[[gnu::section(".preinit_array"), gnu::used]] void (*const before_libraries)(int, char**, char**) = sleep_while_waiting;

}  // namespace
