#include "big/core/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

#include "big/core/error.h"
#include "support/child_process.h"

namespace big {
namespace {

TEST(Interrupt, APendingSignalStopsTheNextStep) {
  EXPECT_NO_THROW(throw_if_interrupted());
  set_pending_signal(SIGTERM);
  try {
    throw_if_interrupted();
    ADD_FAILURE() << "went on";
  } catch (const Interrupted& e) {
    EXPECT_EQ(e.exit_code(), 128 + SIGTERM);
    EXPECT_EQ(e.kind(), "interrupted");
  }
  set_pending_signal(0);
  EXPECT_NO_THROW(throw_if_interrupted());
}

TEST(Interrupt, SignalsAreCaughtAndTold) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    ChildProcess child([signal] {
      catch_signals();
      raise(signal);
      return pending_signal() == signal ? 0 : 1;
    });
    EXPECT_EQ(child.wait(), 0) << signal;
  }
}

TEST(Interrupt, TheSecondCtrlCKillsAtOnce) {
  ChildProcess child([] {
    catch_signals();
    raise(SIGINT);
    raise(SIGINT);
    return 0;
  });
  EXPECT_EQ(child.wait(), -SIGINT);
}

TEST(Interrupt, ASignalThatNohupIgnoresStaysIgnored) {
  ChildProcess child([] {
    std::signal(SIGHUP, SIG_IGN);
    catch_signals();
    raise(SIGHUP);
    return pending_signal();
  });
  EXPECT_EQ(child.wait(), 0);
}

}  // namespace
}  // namespace big
