#include "cli/confirm.h"

#include <poll.h>
#include <unistd.h>

#include <iostream>

#include "big/core/error.h"
#include "big/core/interrupt.h"

namespace big {
namespace {

/// A line of stdin. Waits with poll(), which a signal ends, so that Ctrl-C is heard at the question.
std::string read_answer() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (poll(&input, 1, 200) <= 0) throw_if_interrupted();
  std::string answer;
  std::getline(std::cin, answer);
  return answer;
}

}  // namespace

void require_yes(const std::string& question) {
  if (isatty(STDIN_FILENO) != 1) {
    throw UsageError(question + " Nobody is there to answer: say --yes, or run it in a terminal");
  }
  std::cerr << question << " [y/N] " << std::flush;
  const std::string answer = read_answer();
  if (answer != "y" && answer != "Y" && answer != "yes")
    throw UsageError("not confirmed, nothing was changed");
}

}  // namespace big
