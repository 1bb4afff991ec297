#include "big/core/interrupt.h"

#include <atomic>
#include <csignal>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

std::atomic<int> pending{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may touch only lock-free atomics");

void on_signal(int signal) {
  const int before = pending.exchange(signal);
  if (signal == SIGINT && before == SIGINT) {
    // The person insists: die of this very signal, as soon as the handler returns.
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
  }
}

const char* signal_name(int signal) {
  switch (signal) {
    case SIGINT:
      return "Ctrl-C";
    case SIGTERM:
      return "TERM";
    case SIGHUP:
      return "HUP";
    default:
      return "a signal";
  }
}

}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    // nohup and shells that start jobs in the background ignore signals on purpose.
    if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
}

int pending_signal() noexcept { return pending.load(); }

void throw_if_interrupted() {
  const int signal = pending_signal();
  if (signal != 0) throw Interrupted(signal, concat("stopped by ", signal_name(signal)));
}

void set_pending_signal(int signal) noexcept { pending.store(signal); }

}  // namespace big
